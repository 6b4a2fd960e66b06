import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { Candidates } from '../forecast/candidates.ts'
import type { Searches } from '../forecast/searches.ts'

type CandidateHandlers = Pick<
  CommandHandlers,
  'candidates.find' | 'candidates.search' | 'candidates.searches' | 'candidates.cancel-search'
>

export function candidateHandlers(candidates: Candidates, searches: Searches): CandidateHandlers {
  return {
    'candidates.find': (input) => candidates.find(input),
    'candidates.search': (input) => searches.start(input),
    'candidates.searches': async () => searches.list(),
    'candidates.cancel-search': async ({ id }) => searches.cancel(id),
  }
}
