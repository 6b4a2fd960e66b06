import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import type { CompressConfig } from '#shared/experiment-config.ts'
import { compressPresets } from '#shared/presets.ts'
import { AppException } from '#shared/result.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import { lastCheckpoint, metricOf, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 300_000 })

const architecture = 'resnet20-cifar-b'
const reconstructionSteps = 3
const smoke = compressPresets.find(({ id }) => id === 'smoke')?.config

async function jobOn(images: CompressConfig['distillation']['images']): Promise<TrainerJob> {
  if (smoke === undefined) throw new Error('there is no preset named smoke')
  const folder = await temporaryFolder()
  const { sha256 } = await addSmallDataset(folder)
  const built = buildNetwork(architecture, 10)
  if (!built.ok) throw new AppException(built.error)
  const path = join(folder, 'network.safetensors')
  await writeFile(path, writeSafetensors(Object.entries(initialParameters(built.value, 1))))
  return {
    kind: 'compress',
    config: {
      ...smoke,
      predictor: { ...smoke.predictor, hiddenSize: 16 },
      reconstruction: { ...smoke.reconstruction, steps: reconstructionSteps },
      distillation: { ...smoke.distillation, images, steps: 5, dataBatch: 4, rampSteps: 0 },
      evaluation: { ...smoke.evaluation, everySteps: 0 },
    },
    network: { path, sha256: '0'.repeat(64), architecture, classes: 10 },
    dataset: { path: datasetPath(storeLayout(folder), sha256), sha256 },
  }
}

it.each(['uniform-noise', 'gaussian-noise'] as const)(
  'distils on %s, measures on the data set, and ends the same to the bit when it was paused',
  async (images) => {
    const job = await jobOn(images)
    const whole = await runInProcess(job)
    const { evaluations, package: bytes } = resultOf('compress', whole)
    expect(evaluations.map(({ of, split, total }) => [of, split, total])).toEqual([
      ['original', 'validation', 60],
      ['reconstructed', 'validation', 60],
      ['original', 'test', 80],
      ['reconstructed', 'test', 80],
    ])
    const losses = metricOf(whole, 'loss.feature-maps').map(([, loss]) => loss)
    expect(losses).toHaveLength(5)
    // Other noise in every step, through networks that differ.
    expect(new Set(losses).size).toBe(5)
    expect(Math.min(...losses)).toBeGreaterThan(0)

    // Metrics come with every step and with the evaluation at the end of a phase.
    const first = await runInProcess(job, { pauseAfter: reconstructionSteps + 3 })
    const paused = first.at(-1)
    expect(paused?.type === 'paused' && paused.step > reconstructionSteps && paused.step < 8).toBe(true)
    const second = await runInProcess(job, { checkpoint: lastCheckpoint(first) })
    for (const name of ['loss.feature-maps', 'loss.distillation', 'accuracy.validation']) {
      const values = new Map([...metricOf(first, name), ...metricOf(second, name)])
      expect(values, name).toEqual(new Map(metricOf(whole, name)))
    }
    expect(resultOf('compress', second).package).toEqual(bytes)
  },
)

it('refuses to go on with other images than its checkpoint knows', async () => {
  const noisy = await runInProcess(await jobOn('uniform-noise'), { pauseAfter: reconstructionSteps + 3 })
  const going = runInProcess(await jobOn('dataset'), { checkpoint: lastCheckpoint(noisy) })
  await expect(going).rejects.toMatchObject({ code: 'file-corrupt', where: 'distillation.images' })
})
