/**
 * A trainer that follows a script instead of learning: a real process that speaks the whole protocol, with arithmetic
 * that shows whether it was resumed exactly. Run by Node itself. The script is JSON in NERN_TRAINER_SCRIPT.
 */
import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { writeImageCache } from '#formats/image-cache/writer.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { writePackage } from '#formats/nern-package/writer.ts'
import { networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { describeNetwork } from '#networks/network-description.ts'
import { networkShape } from '#networks/network-shape.ts'
import type { Network } from '#networks/network.ts'
import { sizesOfParts } from '#shared/package/accounting.ts'
import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { AppException, toAppError, unwrap } from '#shared/basics/result.ts'
import {
  defaultExecutor,
  toTrainerSchema,
  type FromTrainer,
  type JobResult,
  type TrainerJob,
} from '#shared/protocol/trainer-protocol.ts'
import { baselinePackageSizes, packageSizes } from '#trainer/measure/package-sizes.ts'
import { compressFile } from '#trainer/jobs/compress-file.ts'
import { inspection } from '#trainer/jobs/inspect-network.ts'
import { sketchSpectral } from '#trainer/jobs/sketch-spectral.ts'
import type { JobContext } from '#trainer/process/job-context.ts'
import { sha256HexOfFile } from '#trainer/sha256.ts'
import { prepareNetwork } from '#trainer/weights/prepared-network.ts'
import { madeUpBaseline } from './made-up-baseline.ts'
import { filledPredictor, madeUpPackage } from './made-up-package.ts'

export interface TrainerScript {
  /** Makes this step, then waits to be paused, cancelled or killed. */
  readonly holdAtStep?: number
  /** Dies like a crash at this step; with `dieOnceMarker` only while that file does not exist (it is made). */
  readonly dieAtStep?: number
  readonly dieOnceMarker?: string
  /** Sends no heartbeat and nothing else from this step on. */
  readonly silentAtStep?: number
  /** Reports loss NaN as `diverged` at this step. */
  readonly divergeAtStep?: number
  readonly neverReady?: boolean
  readonly nonsenseAtStep?: number
  readonly images?: number
}

interface State {
  readonly step: number
  readonly loss: number
}

const script = JSON.parse(process.env['NERN_TRAINER_SCRIPT'] ?? '{}') as TrainerScript
const IMAGES = script.images ?? 10
let wish: 'pause' | 'cancel' | undefined
let state: State = { step: 0, loss: 1 }

/** The last message handed over to the system; a process that ended before that would lose it. */
let lastSent: Promise<void> = Promise.resolve()

function send(message: FromTrainer): void {
  lastSent = new Promise((resolve) => process.send?.(message, () => resolve()))
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** One "optimiser update": depends on every step before it, so a step lost or made twice changes the end. */
function update({ step, loss }: State): State {
  return { step: step + 1, loss: loss * 0.97 + Math.sin(step + 1) * 1e-3 }
}

function sendCheckpoint(): void {
  const bytes = new TextEncoder().encode(JSON.stringify(state))
  send({ type: 'checkpoint', step: state.step, phase: 'reconstruction', sha256: digest(bytes), bytes })
}

function sendMetrics(totalSteps: number): void {
  send({
    type: 'metrics',
    step: state.step,
    stepsPerSecond: 100,
    remainingSeconds: (totalSteps - state.step) / 100,
    points: [{ name: 'loss.total', step: state.step, elapsedMs: state.step * 10, value: state.loss }],
  })
}

async function learn(totalSteps: number, checkpointEverySteps: number): Promise<'done' | 'stopped'> {
  send({ type: 'started', device: 'scripted', totalSteps, step: state.step })
  const done = { done: state.step, total: totalSteps, firstStep: 0 }
  send({ type: 'phase', phase: 'reconstruction', ...done, isRepeatable: false })
  while (state.step < totalSteps) {
    // Turns the event loop so that wishes arrive.
    do await new Promise((resolve) => setTimeout(resolve, 1))
    while (state.step === script.holdAtStep && wish === undefined)
    if (wish === 'cancel') {
      send({ type: 'cancelled' })
      return 'stopped'
    }
    if (wish === 'pause') {
      sendCheckpoint()
      send({ type: 'paused', step: state.step })
      return 'stopped'
    }
    state = update(state)
    if (state.step === script.silentAtStep) await new Promise(() => {})
    if (state.step === script.dieAtStep) dieAsScripted()
    if (state.step === script.divergeAtStep) {
      throw new AppException({ code: 'diverged', message: 'The loss became NaN.', where: `step ${state.step}` })
    }
    // The protocol has no such message: the owner must notice.
    if (state.step === script.nonsenseAtStep) process.send?.({ type: 'metrics', step: 'many' })
    sendMetrics(totalSteps)
    if (state.step % checkpointEverySteps === 0 && state.step < totalSteps) sendCheckpoint()
  }
  return 'done'
}

function dieAsScripted(): void {
  const { dieOnceMarker } = script
  if (dieOnceMarker !== undefined) {
    if (existsSync(dieOnceMarker)) return
    writeFileSync(dieOnceMarker, '')
  }
  process.kill(process.pid, 'SIGKILL')
}

async function run(job: TrainerJob): Promise<JobResult | undefined> {
  switch (job.kind) {
    case 'compress': {
      if ((await learn(job.config.reconstruction.steps, job.config.checkpointEverySteps)) === 'stopped')
        return undefined
      send({
        type: 'preview',
        step: state.step,
        layers: [
          {
            layer: 'conv1.weight',
            relativeError: state.loss,
            kernelShape: [3, 3],
            count: 1,
            original: new Float32Array(9),
            reconstructed: Float32Array.from({ length: 9 }, () => state.loss),
          },
        ],
      })
      const written = packageBytes(state.loss)
      return {
        kind: 'compress',
        ...reconstruction(state.loss),
        seconds: { permutation: 0, reconstruction: 1, distillation: 0, quantisation: 0, evaluation: 0, total: 1 },
        permutationSource: 'none',
        smoothness: { original: 0.1, permuted: 0.1 },
        package: written,
        sizes: packageSizes(written, networkOf(job.network), job.config),
      }
    }
    case 'baseline': {
      send({ type: 'started', device: 'scripted', totalSteps: 0, step: 0 })
      const seconds = { distillation: 0, compression: 1, evaluation: 0, total: 1 }
      const written = writeBaselinePackage(madeUpBaseline({ kinds: ['integer'] }), { allowsEntropy: true })
      const sizes = baselinePackageSizes(written, networkOf(job.network))
      return { kind: 'baseline', ...reconstruction(0.1), seconds, sizes, package: written }
    }
    case 'spectral': {
      send({ type: 'started', device: 'scripted', totalSteps: 0, step: 0 })
      const seconds = { distillation: 0, compression: 1, evaluation: 0, total: 1 }
      const written = new TextEncoder().encode('coded')
      const part = { part: 'kernels', bytes: written.byteLength, detail: 'scripted' } as const
      const sizes = sizesOfParts(networkShape(networkOf(job.network)), [part])
      return { kind: 'spectral', ...reconstruction(0.1), seconds, sizes, package: written }
    }
    case 'train': {
      if ((await learn(job.config.epochs, 1)) === 'stopped') return undefined
      return {
        kind: 'train',
        evaluations: [
          { of: 'original', split: 'validation', correct: 9, total: IMAGES, predictions: predictions(1) },
          { of: 'original', split: 'test', correct: 8, total: IMAGES, predictions: predictions(2) },
        ],
        ...trainedNetwork(job.config.architecture, job.config.seed),
        seconds: { total: 1 },
        smoothness: { before: 0.01, after: 0.2 },
      }
    }
    case 'evaluate': {
      send({ type: 'started', device: 'scripted', totalSteps: 0, step: 0 })
      const total = job.limit === 0 ? IMAGES : Math.min(job.limit, IMAGES)
      const evaluation = { of: 'original', split: job.split, correct: total, total } as const
      return { kind: 'evaluate', evaluation: { ...evaluation, predictions: predictions(0).slice(0, total) } }
    }
    case 'importance':
      return importance(job)
    case 'layer-effects':
      return layerEffects(job)
    case 'import-network':
    case 'inspect-network':
      return networkOfFile(job, send)
    // Without a step of training these are quick, and need no engine: they are the real ones.
    case 'compress-file':
      await compressFile(job, plainContext)
      return undefined
    case 'sketch-spectral':
      await sketchSpectral(job, plainContext)
      return undefined
    case 'try-compressions':
      return tryCompressions(job)
    case 'measure-package': {
      const total = job.limit === 0 ? IMAGES : Math.min(job.limit, IMAGES)
      const count = (of: 'original' | 'reconstructed', wrong: number) =>
        ({
          of,
          split: job.split,
          correct: total - wrong,
          total,
          predictions: predictions(wrong).slice(0, total),
        }) as const
      send({ type: 'phase', phase: 'measuring the compressed file', done: total, total, isRepeatable: true })
      return {
        kind: 'measure-package',
        reconstructed: count('reconstructed', 2),
        ...(job.original === undefined ? {} : { original: count('original', 1) }),
      }
    }
    case 'try-preprocessings': {
      // The last one fits best.
      const correct = job.preprocessings.map(
        (_, index) => Math.min(job.limit, IMAGES) - job.preprocessings.length + index,
      )
      return { kind: 'try-preprocessings', correct, total: Math.min(job.limit, IMAGES), mostFrequent: 1 }
    }
    case 'import-dataset':
      return importDataset(job.outputPath)
    case 'plan-dataset':
      return { kind: 'plan-dataset', plan: scriptedPlan }
    case 'export':
      return exportNetwork(job)
    case 'probe':
      return { kind: 'probe', device: 'scripted', deviation: 0, millisecondsPerStep: 1 }
    case 'list-engines':
      return {
        kind: 'list-engines',
        engines: [
          { executor: 'onnxruntime', provider: 'cpu', status: 'available', isVerified: true, detail: 'scripted' },
          { executor: 'tensorflow', provider: 'cuda', status: 'unavailable', isVerified: false, detail: 'scripted' },
        ],
        versions: { scripted: '1' },
      }
  }
}

/** Each is smaller than the one before, and changes more. */
async function tryCompressions(
  job: Extract<TrainerJob, { kind: 'try-compressions' }>,
): Promise<Extract<JobResult, { kind: 'try-compressions' }>> {
  const { recognised } = await prepareNetwork(job, plainContext)
  const tried = job.configs.map((config, at) => {
    const ratio = 8 + 3 * at
    return { config, bytes: Math.round(1_000_000 / ratio), ratio, distortion: 0.001 * 1.6 ** at, seconds: 0.1 }
  })
  return { kind: 'try-compressions', recognised, tried, secondsPerPicture: 0.001 }
}

/** Of jobs that run as they are. */
const plainContext: JobContext = {
  executor: defaultExecutor,
  checkpoint: undefined,
  send,
  now: () => performance.now(),
  breathe: () => Promise.resolve(),
  isPauseRequested: () => false,
  takeCheckpointRequest: () => false,
  probeAfterMs: Infinity,
}

/** What a run that ends with a package says of the network in it. */
function reconstruction(relativeError: number) {
  const evaluation = (of: 'original' | 'reconstructed', split: 'validation' | 'test', wrong: number) => ({
    of,
    split,
    correct: IMAGES - wrong,
    total: IMAGES,
    predictions: predictions(wrong),
  })
  return {
    evaluations: [
      evaluation('original', 'validation', 1),
      evaluation('original', 'test', 1),
      evaluation('reconstructed', 'validation', 2),
      evaluation('reconstructed', 'test', 3),
    ],
    layers: [{ name: 'conv1.weight', shape: [16, 3, 3, 3], relativeError }],
    relativeError,
    reconstructed: new TextEncoder().encode(`reconstructed ${relativeError}`),
  }
}

/** Curves that fall from all images right to none; the larger the seed, the faster. */
function importance({ scores, seeds, fractions }: Extract<TrainerJob, { kind: 'importance' }>): JobResult {
  send({ type: 'started', device: 'scripted', totalSteps: 0, step: 0 })
  send({ type: 'phase', phase: 'pruning by relative error', done: 1, total: 2, isRepeatable: false })
  const curves = scores.map((score) => ({
    score,
    points: fractions.map((fraction) => ({
      fraction,
      correct: (score === 'random' ? seeds : [1]).map((seed) => Math.round(IMAGES * (1 - fraction) ** seed)),
      zeroed: [Math.floor(432 * fraction)],
    })),
  }))
  const layer = { name: 'conv1.weight', weights: 432, meanRelativeError: 0.5, medianRelativeError: 0.25 }
  return { kind: 'importance', images: IMAGES, layers: [layer], curves }
}

function layerEffects({ limit }: Extract<TrainerJob, { kind: 'layer-effects' }>): JobResult {
  send({ type: 'started', device: 'scripted', totalSteps: 0, step: 0 })
  send({ type: 'phase', phase: 'the original', done: 1, total: 6, isRepeatable: true })
  const images = limit === 0 ? IMAGES : Math.min(limit, IMAGES)
  const none = { lost: 0, won: 0 }
  const layer = (name: string, weights: number, lost: number) => {
    return {
      name,
      weights,
      isChanged: lost > 0,
      only: { lost, won: 0 },
      putBack: lost === 0 ? none : { lost: 0, won: 1 },
    }
  }
  const layers = [
    layer('conv1.weight', 432, 1),
    layer('layer1.0.conv1.weight', 2304, 3),
    layer('linear.weight', 640, 0),
  ]
  return { kind: 'layer-effects', images, original: images, reconstructed: images - 2, layers }
}

/** Labels of the scripted data set are 0, 1, 2 ...; the first `wrong` images are taken for the next class. */
function predictions(wrong: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: IMAGES }, (_, i) => (i < wrong ? (i + 1) % 10 : i % 10))
}

/** Shows how its run ended. */
function packageBytes(loss: number): Uint8Array<ArrayBuffer> {
  const content = madeUpPackage()
  return writePackage({ ...content, predictor: filledPredictor(content.predictor, loss) })
}

function networkOf({ architecture, classes }: { readonly architecture: string; readonly classes: number }): Network {
  return unwrap(buildNetwork(architecture, classes))
}

function trainedNetwork(architecture: string, seed: number) {
  const network = networkOf({ architecture, classes: 10 })
  const parameters = initialParameters(network, seed)
  const description = describeNetwork(network, parameters)
  return { network: writeSafetensors(Object.entries(parameters), networkMetadata(network)), description }
}

/** What an import gives and, with `outputPath`, writes: reading is the real one. */
async function networkOfFile(
  job: Extract<TrainerJob, { kind: 'import-network' | 'inspect-network' }>,
  send: (message: FromTrainer) => void,
): Promise<JobResult> {
  const context = { send, breathe: () => Promise.resolve() }
  if (job.kind === 'inspect-network') return inspection(job, context)
  const { recognised, bytes } = await prepareNetwork(job, context)
  writeFileSync(job.outputPath, bytes)
  return { kind: job.kind, ...recognised, sourceSha256: await sha256HexOfFile(job.sourcePath) }
}

/** Files that say which format they would be. */
function exportNetwork({ outputs }: Extract<TrainerJob, { kind: 'export' }>): JobResult {
  const made = outputs.map(({ format, path }) => {
    const bytes = new TextEncoder().encode(format)
    writeFileSync(path, bytes)
    return { sizeBytes: bytes.byteLength, sha256: digest(bytes) }
  })
  return { kind: 'export', outputs: made, tensors: 1, values: 1 }
}

/** Of the data set that `importDataset` makes. */
const scriptedPlan: DatasetPlan = {
  datasetKind: 'cifar10',
  layout: 'scripted',
  classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
  counts: { train: 256, validation: IMAGES, test: IMAGES },
  classCounts: Array.from({ length: 10 }, () => 0),
  notes: [],
  oddities: [],
  skipped: { count: 0, files: [] },
}

async function importDataset(outputPath: string): Promise<JobResult> {
  const part = (count: number) => ({
    images: Uint8Array.from({ length: count * 3 * 32 * 32 }, (_, i) => i % 251),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  })
  const classNames = Array.from({ length: 10 }, (_, i) => `class ${i}`)
  const count = IMAGES
  // A batch of every preset.
  const train = 256
  const splits = {
    train: { start: 0, count: train },
    validation: { start: train, count },
    test: { start: train + count, count },
  }
  const written = await writeImageCache(
    outputPath,
    { kind: 'cifar10', classNames, imageShape: [3, 32, 32], splits, evidence: 'scripted' },
    [part(train), part(count), part(count)],
  )
  if (!written.ok) throw new AppException(written.error)
  return {
    kind: 'import-dataset',
    datasetKind: 'cifar10',
    classNames,
    imageShape: [3, 32, 32],
    counts: { train, validation: count, test: count },
    sha256: written.value.sha256,
    sizeBytes: written.value.sizeBytes,
    evidence: 'scripted',
    skipped: { count: 0, files: [] },
  }
}

process.on('disconnect', () => process.exit(0))
process.on('message', (raw) => {
  const message = toTrainerSchema.parse(raw)
  if (message.type === 'checkpoint') return sendCheckpoint()
  if (message.type !== 'start') {
    wish = message.type
    return
  }
  if (message.checkpoint !== undefined) {
    state = JSON.parse(new TextDecoder().decode(message.checkpoint)) as State
  }
  void run(message.job)
    .then((result) => result && send({ type: 'result', result }))
    .catch((thrown: unknown) => send({ type: 'failed', error: toAppError(thrown) }))
    .then(() => lastSent)
    .finally(() => process.disconnect())
})
if (script.neverReady !== true) send({ type: 'ready', version: 1, pid: process.pid })
