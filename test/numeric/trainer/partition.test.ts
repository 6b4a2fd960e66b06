import { expect, it, vi } from 'vitest'
import { packageBytes } from '#formats/nern-package/package-bytes.ts'
import { openPackage, readPackage } from '#formats/nern-package/reader.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { networkShape } from '#networks/network-shape.ts'
import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import { partsOf, wholeNetwork, type PartitionConfig } from '#shared/methods/nern/partition.ts'
import { unwrap } from '#shared/basics/result.ts'
import { lastCheckpoint, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { reconstructionSteps, smallCompressJob } from '#test/support/small-compress-job.ts'

vi.setConfig({ testTimeout: 300_000 })

const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
const partition: PartitionConfig = { ...wholeNetwork, by: 'kernels', numbers: 16 }

it('parts go through every phase, and end with the same file as without a pause among steps of all kernels', async () => {
  const job = await smallCompressJob({
    predictor: { partition },
    distillation: { steps: 2, featureMapWeight: 0 },
    quantisation: { steps: 2, method: 'straight-through' },
    storage: { predictor: 'int7' },
  })
  if (job.kind !== 'compress') throw new Error('no compression')
  const { package: bytes } = resultOf('compress', await runInProcess(job))
  const content = unwrap(readPackage(bytes, 'package'))
  const parts = partsOf(partition, network.representedLayers)
  expect(content.predictorShape.parts).toEqual(parts)
  expect(unwrap(openPackage(bytes, 'package')).description.version).toBe(5)
  expect(content.embedding).toEqual({ type: 'seeded', numbers: 16, seed: 0 })
  // Random numbers have no neighbours to put next to each other.
  expect(content.orders).toEqual([])
  expect(content.predictor['predictor.1.weight']?.shape).toEqual([16 * (parts?.length ?? 0), 16])

  const paused = await runInProcess(job, { pauseAfter: reconstructionSteps + 1 })
  const resumed = await runInProcess(job, { checkpoint: lastCheckpoint(paused) })
  expect(resultOf('compress', resumed).package).toEqual(bytes)
})

it('the size of parts is known before the run, to the byte', async () => {
  const job = await smallCompressJob({
    predictor: { partition },
    distillation: { steps: 0 },
    storage: { predictor: 'float32' },
  })
  if (job.kind !== 'compress') throw new Error('no compression')
  const { package: bytes } = resultOf('compress', await runInProcess(job))
  const expected = sizeBreakdown(networkShape(network), job.config)
  const measured = packageBytes(unwrap(openPackage(bytes, 'package')))
  expect(measured.predictor).toBe(expected.parts.find(({ part }) => part === 'predictor')?.bytes)
  expect(measured.orders).toBe(0)
  expect(expected.predictorParameters).toBe(measured.predictor / 4)
})
