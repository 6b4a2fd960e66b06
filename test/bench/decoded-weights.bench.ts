/**
 * `npm run bench -- decoded-weights`: SHA-256 of the weights that short runs of fixed seeds end with, and of the sections of
 * their packages: compressions of the sample network by `fast` and `small`, every method that stores kernels themselves,
 * distilled where it can be, and a training. Equal on one machine before and after a change that was to leave the numbers
 * alone; other processors round otherwise.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { formatFacts } from '#shared/plain-text/table.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import type { FromTrainer, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { runInProcess } from '#test/support/run-in-process.ts'
import { sectionDigests } from '#test/support/section-digests.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'

const samplePath = join(process.cwd(), 'resources', 'samples', 'resnet20-cifar10.safetensors')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function presetOf<T extends { readonly id: string }>(presets: readonly T[], id: string): T {
  const found = presets.find((preset) => preset.id === id)
  if (found === undefined) throw new Error(`there is no preset ${id}`)
  return found
}

/** The weights and the sections: how a package describes them may change. */
function digestsOf(messages: readonly FromTrainer[]): readonly (readonly [string, string])[] {
  const found = messages.find((message) => message.type === 'result')
  if (found?.type !== 'result') throw new Error('the run sent no result')
  const { result } = found
  if (result.kind === 'train') return [['weights', sha256(result.network)]]
  if (result.kind !== 'compress' && result.kind !== 'baseline')
    throw new Error(`a run of ${result.kind} has no weights`)
  return [['weights', sha256(result.reconstructed)], ...Object.entries(sectionDigests(result.package))]
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
  const compression = (config: CompressConfig): TrainerJob => ({
    kind: 'compress',
    config: {
      ...config,
      reconstruction: { ...config.reconstruction, steps: 60 },
      distillation: { ...config.distillation, steps: 8, dataBatch: 16 },
      quantisation: { ...config.quantisation, steps: Math.min(10, config.quantisation.steps) },
      evaluation: { everySteps: 3, images: 20, keep: 'best-validation' },
    },
    network,
    dataset,
  })
  const baseline = (id: string, steps = 0): TrainerJob => {
    const { config } = presetOf(baselinePresets, id)
    return {
      kind: 'baseline',
      config: { ...config, distillation: { ...config.distillation, steps, dataBatch: 16 } },
      network,
      dataset,
    }
  }
  const jobs: readonly (readonly [string, TrainerJob])[] = [
    ['nern, fast', compression(presetOf(compressPresets, 'fast').config)],
    ['nern, small', compression(small)],
    ['quantisation, float16', baseline('baseline-float16')],
    ['quantisation, int4', baseline('baseline-int4')],
    ['quantisation, int3, distilled', baseline('baseline-int3-distilled', 12)],
    ['weight sharing', baseline('baseline-kmeans3')],
    ['low rank', baseline('baseline-lowrank95')],
    ['pruning', baseline('baseline-pruned50')],
    ['pruning, distilled', baseline('baseline-pruned30', 12)],
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
  for (const [title, job] of jobs) {
    for (const [what, digest] of digestsOf(await runInProcess(job))) rows.push([`${title}: ${what}`, digest])
  }
  process.stdout.write(`${formatFacts(rows)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
