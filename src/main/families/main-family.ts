import type { ConfigOf, Family } from '#shared/experiment/experiment-config.ts'
import type { DatasetRecord, ExperimentRecord, NetworkRecord, RunRecord } from '#shared/protocol/records.ts'
import type { ExecutorChoice, JobResult, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { StudioContext } from '../context.ts'
import type { TrainerEvent } from '../trainer-host/supervisor.ts'
import type { Store } from '../store/store.ts'

type Permutation = TrainerEvent<'permutation'>

/** What an experiment is on; `network` is absent where it begins with random weights. */
export interface Subject {
  readonly network: NetworkRecord | undefined
  readonly dataset: DatasetRecord
}

export interface JobRequest<F extends Family> {
  readonly store: Store
  readonly experiment: ExperimentRecord
  readonly config: ConfigOf<F>
  readonly executor: ExecutorChoice
  /** Hears of a kept file that is not whole and was left out. */
  readonly onDamaged: (text: string) => void
}

/** What the main process does for a family: what it checks before a run, gives to the trainer, and stores after. */
export interface MainFamily<F extends Family> {
  /** Throws `not-found`, `invalid-config`, `dataset-mismatch` for what could only fail later. */
  assertRunnable(store: Store, config: ConfigOf<F>, subject: Subject): Promise<void>
  /** Errors: `not-found`, `file-corrupt`, `invalid-config`. */
  job(request: JobRequest<F>): Promise<Extract<TrainerJob, { kind: F }>>
  /** Keeps what the trainer found for the next experiment on this network; absent where nothing is found. */
  keepPermutation?(context: StudioContext, config: ConfigOf<F>, networkId: string, found: Permutation): Promise<void>
  /** Files first, then evaluations, result and status in one transaction. Errors: `disk-full`, `file-unreadable`. */
  store(
    context: StudioContext,
    experiment: ExperimentRecord,
    config: ConfigOf<F>,
    run: RunRecord,
    result: Extract<JobResult, { kind: F }>,
  ): Promise<void>
}
