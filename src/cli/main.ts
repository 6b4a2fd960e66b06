import { Studio, type ReaderOptions, type ReadingStudio } from '#main/studio.ts'
import { systemClock } from '#main/basics/clock.ts'
import type { ClusterOpener } from '#main/context/cluster-opener.ts'
import { LogFile } from '#main/log/log-file.ts'
import type { Log } from '#main/log/log.ts'
import { defaultStoreFolder, storeLayout } from '#main/store/layout.ts'
import { StoreRepair } from '#main/store/repair/store-repair.ts'
import { HandedStudio } from '#main/handover/handed-studio.ts'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import { runSingleJob } from '#main/trainer-host/single-job.ts'
import { defaultLimits } from '#main/trainer-host/supervisor.ts'
import { AppException, fail, ok, toAppError, type AppError, type Result } from '#shared/basics/result.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'
import type { AnyInvocation, ExitCode } from './command.ts'
import { Output, type Stream } from './output.ts'
import { findCommand, readCommandLine, type RunRequest } from './read-command-line.ts'
import { shortUsage } from './usage.ts'
import { UsageError } from './usage-error.ts'

/** Where the program finds its other parts. */
export interface Installation {
  readonly version: string
  readonly trainerPath: string
  readonly resourcesFolder: string
  /** Opens clusters; without it none can be reached. */
  readonly openCluster?: ClusterOpener
}

interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
}

/** Runs one command line (without `node` and the script). Resolves with 0 done, 1 failed, 2 wrong use; never rejects. */
export async function main(args: readonly string[], installation: Installation, streams: Streams): Promise<0 | 1 | 2> {
  // Known before anything is parsed, so that even a wrong option is answered in the wanted form.
  const output = new Output(args.includes('--json'), streams.stdout, streams.stderr, Date.now)
  try {
    const request = readCommandLine(args)
    if (request.kind === 'run') return await runCommand(request, installation, output)
    output.result(request.value, request.text)
    return 0
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      const { message, remedy } = thrown
      output.error({ code: 'invalid-argument', message, ...(remedy === undefined ? {} : { remedy }) })
      output.say(shortUsage(findCommand(args)))
      return 2
    }
    output.error(toAppError(thrown))
    return 1
  }
}

async function runCommand(
  { command, positionals, options, executor }: RunRequest,
  installation: Installation,
  output: Output,
): Promise<ExitCode> {
  const interrupts = new Interrupts(output)
  const storeFolder = options.store ?? defaultStoreFolder()
  const studioOptions = (log: Log): ReaderOptions => ({
    storeFolder,
    log,
    version: installation.version,
    createHost: createForkHosts({
      entryPath: installation.trainerPath,
      onOutput: (line) => log('trainer', 'info', line),
    }),
    resourcesFolder: installation.resourcesFolder,
    ...(installation.openCluster === undefined ? {} : { openCluster: installation.openCluster }),
    executor,
  })
  // A reader writes nothing into the store, its log neither: what matters is said at once.
  const openReader = (): Studio =>
    Studio.openForReading(
      studioOptions((_scope, level, text) => {
        if (level !== 'info') output.say(`${level}: ${text}`)
      }),
    )
  /** Opens the store as its owner and works; `onLocked` answers where somebody else is. */
  const asOwner = async (
    work: (studio: Studio) => Promise<ExitCode>,
    onLocked: (locked: AppError) => Promise<ExitCode>,
  ): Promise<ExitCode> => {
    const logFile = new LogFile(storeLayout(storeFolder).log)
    try {
      const program = `studio ${command.name}`
      const opened = await attempt(() => Studio.open({ ...studioOptions(logFile.log), program }))
      if (opened.ok) return await using(opened.value, output, work)
      if (opened.error.code === 'store-locked') return await onLocked(opened.error)
      throw new AppException(opened.error)
    } finally {
      await logFile.close()
    }
  }
  const invocation: AnyInvocation = {
    positionals,
    options,
    output,
    executor,
    version: installation.version,
    resourcesFolder: installation.resourcesFolder,
    onInterrupt: (stop) => interrupts.take(stop),
    runJob: (job) =>
      runSingleJob({
        job,
        executor: { ...defaultExecutor, ...executor },
        listener: {
          onMessage(message) {
            if (message.type === 'phase') output.progress(progressText(message.phase, message.done, message.total))
          },
          onNotice: (_level, text) => output.say(text),
        },
        createHost: createForkHosts({ entryPath: installation.trainerPath, onOutput: (line) => output.say(line) }),
        clock: systemClock,
        limits: defaultLimits,
        onCancel: (stop) => interrupts.take(stop),
      }),
    withStudio: (reason, work) =>
      asOwner(work, (locked) => {
        throw new AppException({ ...locked, remedy: reason })
      }),
    withChanging: (work) =>
      asOwner(
        (studio) => work(studio, studio),
        async (locked) => {
          const options = { layout: storeLayout(storeFolder), version: installation.version }
          const studio = await HandedStudio.open(options, openReader)
          if (studio === undefined) throw new AppException(locked)
          output.say(`${studio.owner} has the store open and carries this out.`)
          return using(studio, output, (handed) => work(handed))
        },
      ),
    withReader: (work) => using(openReader(), output, work),
    withRepair: async (work) => {
      const repair = StoreRepair.open({ folder: storeFolder, program: `studio ${command.name}`, clock: systemClock })
      try {
        return await work(repair)
      } finally {
        repair.close()
      }
    },
  }
  try {
    return await command.run(invocation)
  } finally {
    interrupts.dispose()
  }
}

/** Works with an open studio, shows how its tasks get on, and closes it whatever happens. */
async function using<S extends ReadingStudio>(
  studio: S,
  output: Output,
  work: (studio: S) => Promise<ExitCode>,
): Promise<ExitCode> {
  studio.notices.forEach((notice) => output.say(notice))
  const stopProgress = studio.events.on('task-progress', ({ title, done, total }) =>
    output.progress(progressText(title, done, total)),
  )
  try {
    return await work(studio)
  } finally {
    stopProgress()
    await studio.close()
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work())
  } catch (thrown) {
    return fail(toAppError(thrown))
  }
}

function progressText(title: string, done: number, total: number): string {
  return total > 0 ? `${title}: ${Math.floor((100 * done) / total)} %` : `${title} ...`
}

/** By them the user, a terminal that is closed and the system ask for the end. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** Ctrl-C: the first asks the command to stop, a second ends the program. */
class Interrupts {
  readonly #output: Output
  readonly #listener = () => this.#interrupt()
  #stop: (() => void) | undefined

  constructor(output: Output) {
    this.#output = output
    for (const signal of endingSignals) process.on(signal, this.#listener)
  }

  take(stop: () => void): () => void {
    this.#stop = stop
    return () => {
      if (this.#stop === stop) this.#stop = undefined
    }
  }

  dispose(): void {
    for (const signal of endingSignals) process.off(signal, this.#listener)
  }

  #interrupt(): void {
    const stop = this.#stop
    this.#stop = undefined
    if (stop === undefined) process.exit(1)
    this.#output.say('Stopping; press Ctrl-C again to end at once.')
    stop()
  }
}
