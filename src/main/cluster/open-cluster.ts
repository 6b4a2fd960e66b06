import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { AppException, unwrap, type AppError } from '#shared/basics/result.ts'
import type { CheckStep } from '#shared/cluster/check-step.ts'
import type { ClusterConfig } from '#shared/cluster/cluster-config.ts'
import { unpackValue } from '#shared/cluster/packed.ts'
import type { AttachedMessage, RemoteFile } from '#shared/cluster/remote-events.ts'
import { answerSchema, type AnswerTo, type RemoteRequest, type RequestOf } from '#shared/cluster/requests.ts'
import { sbatchResources } from '#shared/cluster/sbatch-options.ts'
import { shellWord } from '#shared/cluster/shell-words.ts'
import { parseQueue } from '#shared/cluster/squeue.ts'
import { fromTrainerSchema, type FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import type { Clock } from '../basics/clock.ts'
import { sha256Of } from '../files/sha256.ts'
import type { Log } from '../log/log.ts'
import { isWhole } from './archive-cache.ts'
import { inputsOfBatch } from './batch-inputs.ts'
import { checkCluster } from './check.ts'
import { findSlurm } from './find-slurm.ts'
import { polledRun } from './polled-run.ts'
import type {
  CleanPreview,
  PollAnswer,
  PolledRun,
  RemoteBatch,
  RemoteCluster,
  RemoteKeep,
  RemoteRunRef,
  RunCursor,
  SubmitProgress,
  SubmittedBatch,
} from './remote-cluster.ts'
import { programFolder, RemoteFolder, runtimeFolder } from './remote-folder.ts'
import { packRuntimes, type PackedRuntimes, type RuntimeFiles } from './runtime.ts'
import { Ssh } from './ssh.ts'
import type { RemoteObject } from './upload.ts'

/** Before the time limit a job is told to keep a checkpoint and to go back into the queue; Slurm may be 20 s early. */
const MOST_WARNING_SECONDS = 60
const WARNING_SECONDS_A_MINUTE = 15
const READ_BYTES = 16 * 2 ** 20
const SUBMIT_TIMEOUT_MS = 180_000

export interface ClusterOptions {
  /** Names this store among others that share the folder: letters, digits, hyphens. */
  readonly studio: string
  /** Where the packed programs are kept. */
  readonly cacheFolder: string
  readonly runtime: RuntimeFiles
  readonly clock: Clock
  readonly log: Log
  /** Answers what ssh asks, in `connect` alone; undefined declines. */
  readonly askpass?: (question: string) => Promise<string | undefined>
  /** Instead of ~/.ssh/config, for tests. */
  readonly sshConfigPath?: string
}

export function openCluster(config: ClusterConfig, options: ClusterOptions): RemoteCluster {
  return new SlurmCluster(config, options)
}

/** What is known of the cluster once its folder was looked at. */
interface Base {
  readonly root: string
  readonly packed: PackedRuntimes
}

class SlurmCluster implements RemoteCluster {
  readonly #config: ClusterConfig
  readonly #options: ClusterOptions
  readonly #ssh: Ssh
  readonly #folder: RemoteFolder
  #packed: Promise<PackedRuntimes> | undefined
  #base: Base | undefined

  constructor(config: ClusterConfig, options: ClusterOptions) {
    this.#config = config
    this.#options = options
    const { sshConfigPath } = options
    this.#ssh = new Ssh({
      host: config.host,
      ...(sshConfigPath === undefined ? {} : { configPath: sshConfigPath }),
    })
    this.#folder = new RemoteFolder(this.#ssh, config.folder, options.studio)
  }

  check(onStep: (step: CheckStep) => void): Promise<readonly CheckStep[]> {
    return checkCluster(this.#ssh, this.#config, onStep)
  }

  connect(): Promise<void> {
    return this.#ssh.connect(this.#options.askpass ?? (() => Promise.resolve(undefined)))
  }

  async submit(batch: RemoteBatch, onProgress: (progress: SubmitProgress) => void): Promise<SubmittedBatch> {
    const inputs = await inputsOfBatch(batch)
    const { root, packed } = await this.#send(inputs.objects, onProgress)
    onProgress({ phase: 'submitting', done: 0, total: 1 })
    const { resources } = batch
    const tasks = inputs.tasks(root)
    const { arrayJobId } = await this.#ask(
      {
        kind: 'submit',
        submission: batch.submission,
        studio: this.#options.studio,
        runtime: packed.runtime.id,
        program: packed.program.id,
        options: [
          ...sbatchResources(resources),
          `--array=0-${tasks.length - 1}%${resources.atOnce}`,
          `--signal=B:USR1@${Math.min(MOST_WARNING_SECONDS, resources.timeLimitMinutes * WARNING_SECONDS_A_MINUTE)}`,
          `--comment=${batch.name.replaceAll(/\p{Cc}/gu, ' ')}`,
        ],
        datasets: inputs.datasets,
        tasks,
      },
      SUBMIT_TIMEOUT_MS,
    )
    this.#options.log('cluster', 'info', `${this.#config.name}: ${batch.submission} is array ${arrayJobId}.`)
    onProgress({ phase: 'submitting', done: 1, total: 1 })
    return { arrayJobId, tasks: new Map(batch.runs.map(({ runId }, task) => [runId, task])) }
  }

  async poll(runs: readonly RunCursor[]): Promise<PollAnswer> {
    const at = this.#options.clock.now()
    if (runs.length === 0) return { at, runs: new Map() }
    const answer = await this.#ask({
      kind: 'poll',
      runs: runs.map((run) => ({ ...refOf(run), attempt: run.attempt, offset: run.offset })),
    })
    const queue = answer.queue === undefined ? undefined : parseQueue(answer.queue)
    const files = new Map(Object.entries(answer.runs))
    const polled = new Map<string, PolledRun>()
    for (const run of runs) {
      const found = files.get(run.runId)
      if (found !== undefined) polled.set(run.runId, await polledRun(run, queue, found))
    }
    return { at, runs: polled }
  }

  async read(runId: string, { of, file, packed }: AttachedMessage): Promise<FromTrainer> {
    const bytes = await this.#fetch(runId, file)
    const parsed = fromTrainerSchema.safeParse(unpackValue(packed, bytes))
    if (parsed.success && parsed.data.type === of) return parsed.data
    throw this.#unreadable(`The ${of} of ${runId} is not what it says`)
  }

  /** The bytes of a file there, checked by size and hash. */
  async #fetch(runId: string, { sha256, sizeBytes }: RemoteFile): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(sizeBytes)
    for (let offset = 0; offset < sizeBytes;) {
      const length = Math.min(READ_BYTES, sizeBytes - offset)
      const piece = await this.#readPiece({ kind: 'read', runId, sha256, offset, length })
      if (piece.byteLength === 0 || piece.byteLength > length) throw this.#unreadable(`A file of ${runId} is cut off`)
      bytes.set(piece, offset)
      offset += piece.byteLength
    }
    if (sha256Of(bytes) !== sha256) throw this.#unreadable(`A file of ${runId} has another digest than it should`)
    return bytes
  }

  async stop(runs: readonly RemoteRunRef[], wish: 'pause' | 'cancel'): Promise<void> {
    if (runs.length === 0) return
    await this.#ask({ kind: 'stop', runs: runs.map(refOf), wish })
  }

  async checkpoint(run: RemoteRunRef): Promise<void> {
    await this.#ask({ kind: 'checkpoint', run: refOf(run) })
  }

  previewClean({ runIds }: RemoteKeep): Promise<CleanPreview> {
    return this.#ask({ kind: 'unused', studio: this.#options.studio, runIds: [...runIds] })
  }

  async clean({ paths }: CleanPreview): Promise<void> {
    await this.#ask({ kind: 'remove', paths: [...paths] })
  }

  close(): Promise<void> {
    return this.#ssh.close()
  }

  /** Everything that is missing there, each content once. */
  async #send(inputs: readonly RemoteObject[], onProgress: (progress: SubmitProgress) => void): Promise<Base> {
    onProgress({ phase: 'packing the programs', done: 0, total: 1 })
    this.#packed ??= packRuntimes(this.#options.runtime, this.#options.cacheFolder)
    this.#packed.catch(() => (this.#packed = undefined))
    const packed = await this.#packed
    const { runtime, program } = packed
    const there = await this.#folder.look(
      [runtime, program, ...inputs].map(({ sha256 }) => sha256),
      packed,
    )
    const isMissing = ({ sha256 }: { readonly sha256: string }): boolean => !there.objects.has(sha256)
    const archives = [...(there.hasRuntime ? [] : [runtime]), ...(there.hasProgram ? [] : [program])].filter(isMissing)
    for (const archive of archives) {
      if (await isWhole(archive)) continue
      this.#packed = undefined
      return this.#send(inputs, onProgress)
    }
    const wanted = [
      ...archives.map(({ sha256, sizeBytes, path }) => ({ sha256, sizeBytes, source: path })),
      ...inputs.filter(isMissing),
    ]
    const total = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    let done = 0
    for (const object of wanted) {
      await this.#folder.upload(there.root, object, there.parts.has(object.sha256), (bytes) => {
        done = Math.min(total, done + bytes)
        onProgress({ phase: 'uploading', done, total })
      })
    }
    if (!there.hasRuntime || !there.hasProgram) await this.#folder.unpack(there.root, packed)
    this.#base = { root: there.root, packed }
    return this.#base
  }

  async #ask<K extends RemoteRequest['kind']>(request: RequestOf<K>, timeoutMs?: number): Promise<AnswerTo<K>> {
    const parts = await this.#call(request, timeoutMs)
    return this.#answerIn(request.kind, parts)
  }

  async #readPiece(request: RequestOf<'read'>): Promise<Uint8Array> {
    const parts = await this.#call(request, 300_000)
    await this.#answerIn('read', parts)
    return parts.get('bytes') ?? new Uint8Array()
  }

  /** One ssh call. Where the program is no longer there, as after a clean-up of the cluster's own, it is sent again. */
  async #call(request: RemoteRequest, timeoutMs = 90_000): Promise<ReadonlyMap<string, Uint8Array>> {
    for (let attempt = 0; ; attempt++) {
      const base = this.#base ?? (await this.#send([], () => undefined))
      const parts = await this.#ssh.run(requestScript(base, request), timeoutMs)
      if (!parts.has('gone')) return parts
      this.#base = undefined
      if (attempt > 0) throw this.#unreadable('The program of the studio does not stay there')
    }
  }

  async #answerIn<K extends RemoteRequest['kind']>(
    kind: K,
    parts: ReadonlyMap<string, Uint8Array>,
  ): Promise<AnswerTo<K>> {
    const packed = parts.get('answer')
    if (packed === undefined) {
      const said =
        new TextDecoder()
          .decode(parts.get('trouble') ?? new Uint8Array())
          .trim()
          .split('\n')
          .at(-1) ?? ''
      throw new AppException({
        code: 'cluster-runtime',
        message: `The program of the studio does not run on ${this.#config.host}${said === '' ? '' : `: ${said}`}.`,
        where: this.#config.host,
        remedy: 'Check the cluster; some login nodes limit the memory of programs (ulimit -v).',
      })
    }
    const parsed = answerSchema(kind).safeParse(await parseAnswer(packed))
    if (!parsed.success) throw this.#unreadable('The answer is not what was asked for')
    // The schema of an answer of this kind; a generic schema loses it.
    return unwrap(parsed.data as { ok: true; value: AnswerTo<K> } | { ok: false; error: AppError })
  }

  #unreadable(message: string): AppException {
    return new AppException({
      code: 'cluster-reply',
      message: `${message}.`,
      where: this.#config.host,
      remedy: 'Try again; if it stays so, check the cluster.',
    })
  }
}

function refOf({ runId, submission, arrayJobId, task }: RemoteRunRef): RequestOf<'stop'>['runs'][number] {
  return { runId, submission, arrayJobId, task }
}

const MOST_ANSWER_BYTES = 64 * 2 ** 20
const unpacked = promisify(gunzip)

async function parseAnswer(packed: Uint8Array): Promise<unknown> {
  try {
    return JSON.parse((await unpacked(packed, { maxOutputLength: MOST_ANSWER_BYTES })).toString('utf8'))
  } catch {
    return undefined // The schema refuses it.
  }
}

/** The request is one line of JSON, which no end of input can stand in. */
function requestScript({ root, packed }: Base, request: RemoteRequest): string {
  const node = `${runtimeFolder(packed.runtime)}/node`
  const runner = `${programFolder(packed.runtime, packed.program)}/runner.js`
  return `
cd -- ${shellWord(root)} 2>/dev/null && [ -x ${node} ] && [ -f ${runner} ] || { part gone yes; return; }
${findSlurm}
{ ${node} ${runner} answer "$nonce" <<'NERN_REQUEST'
${JSON.stringify(request)}
NERN_REQUEST
} || part trouble "The program ended with $?"
`
}
