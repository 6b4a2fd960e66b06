import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { lastCheckpoint, metricOf, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 240_000 })

it('distils, and ends with the same bytes when it was paused on the way', async () => {
  const storeFolder = await temporaryFolder()
  const { sha256 } = await addSmallDataset(storeFolder)
  const network = buildNetwork('resnet20-cifar-b', 10)
  const preset = baselinePresets.find(({ id }) => id === 'baseline-int3-distilled')
  if (!network.ok || preset === undefined) throw new Error('There is nothing to compress, or no way to.')
  const path = join(storeFolder, 'original.safetensors')
  await writeFile(path, writeSafetensors(Object.entries(initialParameters(network.value, 7))))
  const { config } = preset
  const job: TrainerJob = {
    kind: 'baseline',
    config: { ...config, distillation: { ...config.distillation, steps: 6, dataBatch: 8 } },
    network: { path, sha256: 'a'.repeat(64), architecture: 'resnet20-cifar-b', classes: 10 },
    dataset: { path: datasetPath(storeLayout(storeFolder), sha256), sha256 },
  }
  const whole = await runInProcess(job)
  expect(metricOf(whole, 'loss.total').map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6])

  const first = await runInProcess(job, { pauseAfter: 3 })
  expect(first.at(-1)).toEqual({ type: 'paused', step: 3 })
  const second = await runInProcess(job, { checkpoint: lastCheckpoint(first) })
  const losses = new Map([...metricOf(first, 'loss.total'), ...metricOf(second, 'loss.total')])
  expect(losses).toEqual(new Map(metricOf(whole, 'loss.total')))
  expect(resultOf('baseline', second)).toEqual({
    ...resultOf('baseline', whole),
    seconds: expect.anything() as unknown,
  })

  // The training changed what is stored: it is not what rounding alone gives.
  const { distillation } = job.config
  const rounded = await runInProcess({ ...job, config: { ...job.config, distillation: { ...distillation, steps: 0 } } })
  expect(resultOf('baseline', rounded).layers).not.toEqual(resultOf('baseline', whole).layers)
})
