/** One job of Slurm: computes a run from where it stands to its end, or until the job must end. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { cpus, hostname } from 'node:os'
import { join } from 'node:path'
import { atomicWrite } from '#main/files/atomic-write.ts'
import { sha256OfFile } from '#main/files/sha256.ts'
import { readVerified } from '#main/files/verified-file.ts'
import type { Clock } from '#main/basics/clock.ts'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import { defaultLimits, Supervisor, type JobOutcome } from '#main/trainer-host/supervisor.ts'
import { AppException, assertNever, toAppError, type AppError } from '#shared/basics/result.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import { unpackValue } from '#shared/cluster/packed.ts'
import type { AttemptEnd } from '#shared/cluster/remote-events.ts'
import { taskFileSchema, type TaskFile } from '#shared/cluster/task-file.ts'
import { trainerJobSchema, type TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { exitCodes, type JobExitCode } from '../exit-codes.ts'
import * as layout from '../run-folder.ts'
import { Attempt } from './attempt.ts'
import { EventLog } from './event-log.ts'
import { KeptFiles } from './kept-files.ts'
import { Recorder } from './recorder.ts'

/** Slurm may kill a job seconds after it was told to end: phases that lose nothing are left at once. */
const limits = { ...defaultLimits, wishMs: 1_000 }
/** Given back when a full disk would not take how the attempt ended. */
const RESERVED_BYTES = 16_384
/** Of an input that every attempt reads to check it; a larger one was checked when it arrived. */
const MOST_CHECKED_BYTES = 2 * 2 ** 30

export interface TaskPlace {
  readonly root: string
  readonly submission: string
  readonly task: number
  /** `42_3`. */
  readonly job: string
  /** The trainer's entry file. */
  readonly trainerPath: string
  readonly executorVersion: string
  readonly clock: Clock
  /** Called with what to do on a signal. */
  readonly onSignals: (signals: TaskSignals) => void
}

export interface TaskSignals {
  /** The time limit is near: keep a checkpoint and end. */
  limit(): void
  /** Keep a checkpoint and end. */
  end(): void
  /** Keep a checkpoint and go on. */
  checkpoint(): void
}

export async function computeTask(place: TaskPlace): Promise<JobExitCode> {
  const { root, submission, task, job } = place
  const path = join(layout.batchFolder(root, submission), layout.taskFile(task))
  if (!existsSync(path)) return exitCodes.folderGone
  const described = taskFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const folder = layout.runFolder(root, described.runId)
  if (!existsSync(folder)) return exitCodes.folderGone
  for (const name of [layout.ATTEMPTS, layout.FILES]) mkdirSync(join(folder, name), { recursive: true })
  if (!Attempt.claim(folder, submission, job)) return exitCodes.claimed
  if (existsSync(join(folder, layout.wishFile(submission)))) return exitCodes.paused
  const attempt = Attempt.begin(folder, job)
  if (attempt === undefined) return exitCodes.completed
  return new TaskRun(place, described, folder, attempt).run()
}

class TaskRun {
  readonly #place: TaskPlace
  readonly #task: TaskFile
  readonly #folder: string
  readonly #attempt: Attempt
  readonly #log: EventLog
  readonly #files: KeptFiles
  readonly #recorder: Recorder
  #why: 'limit' | 'signal' = 'signal'

  constructor(place: TaskPlace, task: TaskFile, folder: string, attempt: Attempt) {
    this.#place = place
    this.#task = task
    this.#folder = folder
    this.#attempt = attempt
    this.#log = new EventLog(join(folder, layout.eventsFile(attempt.number)))
    this.#files = new KeptFiles(folder)
    this.#recorder = new Recorder(attempt, this.#log, this.#files, place.clock)
    writeFileSync(this.#reservePath, new Uint8Array(RESERVED_BYTES))
  }

  async run(): Promise<JobExitCode> {
    try {
      const code = await this.#end(await this.#compute())
      rmSync(this.#reservePath, { force: true })
      return code
    } catch (thrown) {
      if (this.#attempt.isFenced) return exitCodes.fenced
      throw thrown
    } finally {
      this.#log.close()
    }
  }

  async #compute(): Promise<JobOutcome> {
    try {
      await this.#checkInputs()
      const supervisor = new Supervisor(
        {
          job: await this.#job(),
          executor: this.#task.executor,
          label: 'trainer',
          listener: this.#recorder,
          loadCheckpoint: () => this.#loadCheckpoint(),
        },
        createForkHosts({ entryPath: this.#place.trainerPath, onOutput: (line) => process.stderr.write(`${line}\n`) }),
        this.#place.clock,
        limits,
      )
      const pause = (why: 'limit' | 'signal') => (): void => {
        this.#why = why
        supervisor.pause()
      }
      this.#place.onSignals({
        limit: pause('limit'),
        end: pause('signal'),
        checkpoint: () => supervisor.saveCheckpoint(),
      })
      return await supervisor.done
    } catch (thrown) {
      return { kind: 'failed', error: toAppError(thrown) }
    }
  }

  async #job(): Promise<TrainerJob> {
    const { job, jobFile } = this.#task
    const bytes = jobFile === undefined ? undefined : await this.#object(jobFile.sha256)
    return trainerJobSchema.parse(unpackValue(job, bytes))
  }

  /** What arrived whole may have been changed since by whoever can write there, or by its disk. */
  async #checkInputs(): Promise<void> {
    for (const sha256 of this.#task.objects) {
      const path = layout.objectPath(this.#place.root, sha256)
      const found = await stat(path).catch(() => undefined)
      if (found === undefined) throw unusableInput(path, 'is no longer there')
      if (found.size > MOST_CHECKED_BYTES || (await sha256OfFile(path)) === sha256) continue
      // The next submit sends what is not there.
      rmSync(path, { force: true })
      throw unusableInput(path, 'was damaged there')
    }
  }

  async #object(sha256: string): Promise<Uint8Array<ArrayBuffer>> {
    const path = layout.objectPath(this.#place.root, sha256)
    const file = await readVerified(path, sha256)
    if ('bytes' in file) return file.bytes
    throw unusableInput(path, file.problem)
  }

  /** From here or from the studio, whichever came further. */
  async #loadCheckpoint(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const here = await this.#files.newestCheckpoint()
    const given = this.#task.checkpoint
    const isGiven = given !== undefined && given.step > (here?.step ?? -1)
    const checkpoint = isGiven ? { step: given.step, bytes: await this.#object(given.sha256) } : here
    this.#recorder.begin({
      attempt: this.#attempt.number,
      node: hostname().slice(0, 500),
      cpuModel: (cpus()[0]?.model ?? 'unknown').trim().slice(0, 500),
      executorVersion: this.#place.executorVersion,
      jobId: this.#place.job,
      fromStep: checkpoint?.step ?? 0,
    })
    return checkpoint?.bytes
  }

  async #end(outcome: JobOutcome): Promise<JobExitCode> {
    if (this.#attempt.isFenced) return exitCodes.fenced
    switch (outcome.kind) {
      case 'result':
        return this.#keep(outcome.result)
      case 'paused':
        await this.#flush()
        return outcome.error === undefined ? this.#paused() : this.#troubled(outcome.error)
      case 'cancelled':
        return this.#paused()
      case 'failed':
        await this.#flush()
        await this.#tell({ kind: 'failed', error: outcome.error })
        return exitCodes.failed
      default:
        return assertNever(outcome)
    }
  }

  /** A disk that does not take it costs the steps since the last checkpoint, and fails nothing. */
  async #keep(result: Extract<JobOutcome, { kind: 'result' }>['result']): Promise<JobExitCode> {
    try {
      await this.#recorder.flush()
      const attached = await this.#recorder.attachResult({ type: 'result', result })
      await this.#attempt.complete(Buffer.from(JSON.stringify({ attempt: this.#attempt.number, result: attached })))
      return exitCodes.completed
    } catch (thrown) {
      const error = toAppError(thrown)
      if (this.#attempt.isFenced || !isStorageTrouble(error)) throw thrown
      return this.#troubled(error)
    }
  }

  async #paused(): Promise<JobExitCode> {
    const isWished = existsSync(join(this.#folder, layout.wishFile(this.#task.submission)))
    await this.#tell({ kind: 'paused', why: isWished ? 'wish' : this.#why })
    return this.#why === 'limit' && !this.#recorder.hasKept ? exitCodes.stuck : exitCodes.paused
  }

  async #troubled({ message, remedy }: AppError): Promise<JobExitCode> {
    await this.#tell({ kind: 'paused', why: 'trouble', text: [message, remedy ?? ''].join(' ').trim() })
    return exitCodes.paused
  }

  /** A full disk has the last lines; how the attempt ended is told all the same. */
  async #flush(): Promise<void> {
    try {
      await this.#recorder.flush()
    } catch (thrown) {
      if (this.#attempt.isFenced) throw thrown
      process.stderr.write(`${toAppError(thrown).message}\n`)
    }
  }

  async #tell(end: AttemptEnd['end']): Promise<void> {
    this.#attempt.assertNewest()
    rmSync(this.#reservePath, { force: true })
    const said: AttemptEnd = { attempt: this.#attempt.number, end }
    await atomicWrite(join(this.#folder, layout.endedFile(this.#attempt.number)), Buffer.from(JSON.stringify(said)))
  }

  get #reservePath(): string {
    return join(this.#folder, `reserve-${this.#attempt.number}`)
  }
}

function unusableInput(path: string, problem: string): AppException {
  return new AppException({
    code: 'cluster-folder',
    message: `An input of the run ${problem}.`,
    where: path,
    remedy: 'Retry submits the run again, with its inputs.',
  })
}
