import type { ExecutorChoice, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { ResultOf } from '#main/trainer-host/single-job.ts'
import type { ChangingStudio, ReaderStudio, Studio } from '#main/studio.ts'
import type { StoreRepair } from '#main/store/repair/store-repair.ts'
import type { EverywhereValues } from './everywhere-options.ts'
import type { OptionTable, ValuesOf } from './option.ts'
import type { Output } from './output.ts'

/** 0 done, 1 failed; wrong use (2) is thrown as `UsageError`. */
export type ExitCode = 0 | 1

/** What a command gets when it runs. `V` are the values of its own options. */
export interface Invocation<V = object> {
  readonly positionals: readonly string[]
  readonly options: V & EverywhereValues
  readonly output: Output
  /**
   * Opens the store as its owner, runs `work`, and closes it again whatever happens.
   * @param reason why whoever owns the store meanwhile cannot do it, and what can be done: a sentence or two
   */
  withStudio(reason: string, work: (studio: Studio) => Promise<ExitCode>): Promise<ExitCode>
  /**
   * The same for commands that change something: while a window or another command owns the store, it carries them out.
   * `own` is there where this process is the owner.
   */
  withChanging(work: (studio: ChangingStudio, own?: Studio) => Promise<ExitCode>): Promise<ExitCode>
  /** The same for commands that only read: also while a window or another command owns the store. */
  withReader(work: (studio: ReaderStudio) => Promise<ExitCode>): Promise<ExitCode>
  /** Owns the store without opening it, which may be too damaged for that. */
  withRepair(work: (repair: StoreRepair) => Promise<ExitCode>): Promise<ExitCode>
  /** Runs one job in a trainer process, without a store; Ctrl-C cancels it. */
  runJob<J extends TrainerJob>(job: J): Promise<ResultOf<J['kind']>>
  /** Calls `stop` on Ctrl-C instead of ending; returns the function that gives Ctrl-C back. */
  onInterrupt(stop: () => void): () => void
  /** What `--executor`, `--provider` and `--threads` say. */
  readonly executor: Partial<ExecutorChoice>
  readonly version: string
  /** Folder of what is shipped with the studio. */
  readonly resourcesFolder: string
}

/** What stands behind the words of a command; all are needed. */
export interface Positional {
  /** A last one that ends in `...` may be given several times. */
  readonly name: string
  /** A sentence. */
  readonly about: string
}

interface CommandDefinition<O extends OptionTable> {
  /** Its words, e.g. `network import`. */
  readonly name: string
  /** One short sentence, its line in the overview. */
  readonly summary: string
  /** Further sentences of its help. */
  readonly details?: string
  readonly positionals: readonly Positional[]
  readonly options: O
  /** What follows the words in its usage, where positionals and needed options do not say it all. */
  readonly usage?: string
  run(invocation: Invocation<ValuesOf<O>>): Promise<ExitCode>
}

/** One command of the command line. */
export type Command = CommandDefinition<OptionTable>

/** What any command gets when it runs. */
export type AnyInvocation = Invocation<ValuesOf<OptionTable>>

/** A command whose `run` gets the values of its options with their types. */
export function defineCommand<O extends OptionTable>(definition: CommandDefinition<O>): Command {
  return {
    ...definition,
    run: ({ options, ...rest }) =>
      // They were read by these very options.
      definition.run({ ...rest, options: options as ValuesOf<O> & EverywhereValues }),
  }
}
