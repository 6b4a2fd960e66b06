/**
 * Real compressions without training, by the real trainer on one thread: what the studio's forecasts begin with. Each finished
 * run is a line of a work file at once, so that the command can be stopped and started again.
 */
import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { familyOf } from '#shared/experiment/families.ts'
import { recordedRunsSchema, type RecordedRuns } from '#shared/forecast/finished-run.ts'
import type { SplitPredictions, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { recordedConfigs, type RecordedConfig } from './configs.ts'

type RecordedNetwork = RecordedRuns['networks'][number]
type RecordedRun = RecordedRuns['runs'][number]
type NetworkInput = Extract<TrainerJob, { kind: 'spectral' }>['network']
type DatasetInput = Extract<TrainerJob, { kind: 'spectral' }>['dataset']

export interface MakeRunsOptions {
  /** Keeps what was made. */
  readonly workFolder: string
  /** CIFAR-10 as the studio imports it. */
  readonly cifar10: string
  readonly networks: readonly NetworkFile[]
}

export interface NetworkFile {
  readonly title: string
  readonly path: string
  /** Whether it was trained on the validation images. */
  readonly mayKnowValidation: boolean
}

export async function makeRuns({ workFolder, cifar10, networks }: MakeRunsOptions): Promise<RecordedRuns> {
  await mkdir(workFolder, { recursive: true })
  const dataset = await importedDataset(cifar10, join(workFolder, 'cifar10'))
  const recorded: RecordedNetwork[] = []
  const runs: RecordedRun[] = []
  for (const file of networks) {
    const { input, inputSide } = await importedNetwork(file.path, join(workFolder, `${file.title}.safetensors`))
    const originals = await evaluationsOf(input, dataset)
    const { sha256, classes } = input
    recorded.push({
      sha256,
      title: file.title,
      classes,
      inputSide,
      mayKnowValidation: file.mayKnowValidation,
      images: onBoth(originals, ({ total }) => total),
      correct: onBoth(originals, ({ correct }) => correct),
    })
    const workFile = join(workFolder, 'runs.jsonl')
    const known = await knownRuns(workFile)
    for (const wanted of recordedConfigs) {
      const before = known.find(({ network, method }) => network === sha256 && method === wanted.method)
      const run = before ?? (await recordedRun(wanted, input, dataset, originals))
      if (before === undefined) await appendFile(workFile, `${JSON.stringify(run)}\n`)
      runs.push(run)
    }
  }
  return { networks: recorded, runs }
}

async function knownRuns(workFile: string): Promise<readonly RecordedRun[]> {
  if (!existsSync(workFile)) return []
  const lines = (await readFile(workFile, 'utf8')).trim().split('\n')
  return recordedRunsSchema.shape.runs.parse(lines.map((line) => JSON.parse(line) as unknown))
}

async function recordedRun(
  { method, config }: RecordedConfig,
  network: NetworkInput,
  dataset: DatasetInput,
  originalEvaluations: SplitPredictions[],
): Promise<RecordedRun> {
  const inputs = { network, dataset, originalEvaluations }
  const job: TrainerJob =
    config.kind === 'spectral' ? { kind: 'spectral', config, ...inputs } : { kind: 'baseline', config, ...inputs }
  const startedMs = Date.now()
  const { sizes, distortion, evaluations } = resultOf(config.kind, await runInProcess(job))
  const group = familyOf(config).lossGroup(config)
  if (group === undefined) throw new Error(`${method} compresses nothing`)
  console.log(`${network.sha256.slice(0, 8)} ${method}: ${((Date.now() - startedMs) / 1000).toFixed(0)} s`)
  return {
    network: network.sha256,
    group,
    method,
    bytes: sizes.totalBytes,
    ratio: sizes.compressionRatio,
    ...(distortion === undefined ? {} : { distortion }),
    correct: onBoth(
      evaluations.filter(({ of }) => of === 'reconstructed'),
      ({ correct }) => correct,
    ),
  }
}

async function importedDataset(sourcePath: string, path: string): Promise<DatasetInput> {
  const made = await runInProcess({
    kind: 'import-dataset',
    sourcePath,
    outputPath: path,
    images: { size: 32, split: 'auto' },
    accept: false,
  })
  return { path, sha256: resultOf('import-dataset', made).sha256 }
}

async function importedNetwork(
  sourcePath: string,
  path: string,
): Promise<{ readonly input: NetworkInput; readonly inputSide: number }> {
  const imported = await runInProcess({ kind: 'import-network', sourcePath, outputPath: path, preprocessing: {} })
  const { sha256, architecture, classes, inputShape } = resultOf('import-network', imported)
  const inputSide = Math.max(inputShape.height, inputShape.width)
  return { input: { path, sha256, architecture, classes }, inputSide }
}

async function evaluationsOf(network: NetworkInput, dataset: DatasetInput): Promise<SplitPredictions[]> {
  const evaluations: SplitPredictions[] = []
  for (const split of ['validation', 'test'] as const) {
    const made = await runInProcess({ kind: 'evaluate', network, dataset, split, limit: 0 })
    evaluations.push(resultOf('evaluate', made).evaluation)
  }
  return evaluations
}

function onBoth(
  evaluations: readonly SplitPredictions[],
  value: (evaluation: SplitPredictions) => number,
): { validation: number; test: number } {
  const of = (wanted: string): number => {
    const found = evaluations.find(({ split }) => split === wanted)
    if (found === undefined) throw new Error(`a run did not measure the ${wanted} split`)
    return value(found)
  }
  return { validation: of('validation'), test: of('test') }
}
