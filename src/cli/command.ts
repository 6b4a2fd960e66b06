import type { ParseArgsOptionsConfig } from 'node:util'
import type { ExecutorChoice, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { ResultOf } from '#main/trainer-host/single-job.ts'
import type { ReadingStudio, Studio } from '#main/studio.ts'
import type { OptionValues } from './option-values.ts'
import type { Output } from './output.ts'

/** 0 done, 1 failed; wrong use (2) is thrown as `UsageError`. */
export type ExitCode = 0 | 1

/** What a command gets when it runs. */
export interface Invocation {
  readonly positionals: readonly string[]
  readonly options: OptionValues
  readonly output: Output
  /** Opens the store as its owner, runs `work`, and closes it again whatever happens. */
  withStudio(work: (studio: Studio) => Promise<ExitCode>): Promise<ExitCode>
  /** The same for commands that only read: also while a window or another command owns the store. */
  withReader(work: (studio: ReadingStudio) => Promise<ExitCode>): Promise<ExitCode>
  /** Runs one job in a trainer process, without a store; Ctrl-C cancels it. */
  runJob<J extends TrainerJob>(job: J): Promise<ResultOf<J['kind']>>
  /** Calls `stop` on Ctrl-C instead of ending; returns the function that gives Ctrl-C back. */
  onInterrupt(stop: () => void): () => void
  /** What `--executor`, `--provider` and `--threads` say. */
  readonly executor: Partial<ExecutorChoice>
  readonly version: string
}

/** One command of the command line. */
export interface Command {
  /** Its words, e.g. `network import`. */
  readonly name: string
  /** What follows the words, e.g. `FILE [--arch A] [--name N]`. */
  readonly usage: string
  /** One sentence. */
  readonly summary: string
  /** Names of the positional arguments; all are needed. A last one that ends in `...` may be given several times. */
  readonly positionals: readonly string[]
  readonly options: ParseArgsOptionsConfig
  run(invocation: Invocation): Promise<ExitCode>
}

/** Wrong use: exit code 2, with the usage of the command. */
export class UsageError extends Error {
  readonly remedy: string | undefined

  constructor(message: string, remedy?: string) {
    super(message)
    this.name = 'UsageError'
    this.remedy = remedy
  }
}
