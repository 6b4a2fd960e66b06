/**
 * `npm run bench -- decoded-weights`: SHA-256 of the weights that three short runs of fixed seeds end with: a compression
 * of the sample network by `small`, a distilled baseline of it, and a training. Equal on one machine before and after a
 * change that was to leave the numbers alone; other processors round otherwise.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { baselinePresets } from '#shared/baseline-presets.ts'
import { formatFacts } from '#shared/plain-text/table.ts'
import { compressPresets, trainDefaults } from '#shared/presets.ts'
import type { FromTrainer, TrainerJob } from '#shared/trainer-protocol.ts'
import { runInProcess } from '#test/support/run-in-process.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'

const samplePath = join(process.cwd(), 'resources', 'samples', 'resnet20-cifar10.safetensors')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function presetOf<T extends { readonly id: string }>(presets: readonly T[], id: string): T {
  const found = presets.find((preset) => preset.id === id)
  if (found === undefined) throw new Error(`there is no preset ${id}`)
  return found
}

/** The weights alone: how a package describes them may change. */
function weightsOf(messages: readonly FromTrainer[]): Uint8Array {
  const found = messages.find((message) => message.type === 'result')
  if (found?.type !== 'result') throw new Error('the run sent no result')
  const { result } = found
  if (result.kind === 'train') return result.network
  if (result.kind === 'compress' || result.kind === 'baseline') return result.reconstructed
  throw new Error(`a run of ${result.kind} has no weights`)
}

const folder = mkdtempSync(join(tmpdir(), 'nern-decoded-'))
try {
  const record = await addSmallDataset(folder)
  const dataset = { path: datasetPath(storeLayout(folder), record.sha256), sha256: record.sha256 }
  const network = {
    path: samplePath,
    sha256: sha256(readFileSync(samplePath)),
    architecture: 'resnet20-cifar-b',
    classes: 10,
  }
  const { config: small } = presetOf(compressPresets, 'small')
  const { config: distilled } = presetOf(baselinePresets, 'baseline-int3-distilled')
  const jobs: readonly (readonly [string, TrainerJob])[] = [
    [
      'compression, small',
      {
        kind: 'compress',
        config: {
          ...small,
          reconstruction: { ...small.reconstruction, steps: 60 },
          distillation: { ...small.distillation, steps: 8, dataBatch: 16 },
          quantisation: { ...small.quantisation, steps: 10 },
          evaluation: { everySteps: 3, images: 20, keep: 'best-validation' },
        },
        network,
        dataset,
      },
    ],
    [
      'baseline, distilled int3',
      {
        kind: 'baseline',
        config: { ...distilled, distillation: { ...distilled.distillation, steps: 12, dataBatch: 16 } },
        network,
        dataset,
      },
    ],
    [
      'training',
      {
        kind: 'train',
        config: { ...trainDefaults, epochs: 3, batchSize: 32, warmupEpochs: 0.5, evaluateEveryEpochs: 1 },
        dataset,
      },
    ],
  ]
  const rows: (readonly [string, string])[] = []
  for (const [title, job] of jobs) rows.push([title, sha256(weightsOf(await runInProcess(job)))])
  process.stdout.write(`${formatFacts(rows)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
