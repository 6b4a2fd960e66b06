import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { Candidates } from '../forecast/candidates.ts'

export function candidateHandlers(candidates: Candidates): Pick<CommandHandlers, 'candidates.find'> {
  return { 'candidates.find': (input) => candidates.find(input) }
}
