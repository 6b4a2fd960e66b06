import recorded from './recorded-runs.json' with { type: 'json' }
import { finishedRuns, recordedRunsSchema, type FinishedRun } from './finished-run.ts'

/** The runs that the studio comes with, so that it has something to learn from on its first day (`npm run bench -- knob --make`). */
export const recordedRuns: readonly FinishedRun[] = finishedRuns(recordedRunsSchema.parse(recorded))
