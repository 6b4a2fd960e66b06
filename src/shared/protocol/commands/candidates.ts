/** What can be asked of compressions that keep a network within limits. */
import { z } from 'zod'
import type { FoundCandidates } from '../../forecast/found-candidates.ts'
import { knobLimitsSchema } from '../../forecast/limits.ts'
import type { SearchRecord } from '../../forecast/search.ts'
import { empty, id, taskId } from '../fields.ts'
import { networkChoice } from './compressed-files.ts'

/** Their input schemas; a part of `commandInputs`. */
export const candidateInputs = {
  /** What would keep a network within limits of accuracy and size; the weights are tried, nothing is stored. */
  'candidates.find': z.strictObject({
    taskId,
    network: networkChoice,
    /** Whose images a run would be measured on: for its time, and for what is known of the original. */
    datasetId: id.optional(),
    limits: knobLimitsSchema,
  }),
  /** Runs candidates as experiments until the first is within the limits by the validation split; answers once it has begun. */
  'candidates.search': z.strictObject({ taskId, networkId: id, datasetId: id, limits: knobLimitsSchema }),
  'candidates.searches': empty,
  'candidates.cancel-search': z.strictObject({ id }),
} as const satisfies Record<string, z.ZodType>

/** A part of `CommandOutputs`. */
export interface CandidateOutputs {
  'candidates.find': FoundCandidates
  'candidates.search': SearchRecord
  /** Since the studio was opened, newest first. */
  'candidates.searches': readonly SearchRecord[]
  'candidates.cancel-search': SearchRecord
}
