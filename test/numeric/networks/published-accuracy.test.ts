/**
 * The published checkpoints over all 10,000 test images, through the product's own parts: reader, matching, image
 * cache, evaluation program, ONNX Runtime. What PyTorch answers is stored image by image.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { convertCifar } from '#formats/cifar/cache.ts'
import { openImageCache } from '#formats/image-cache/reader.ts'
import { matchArchitecture } from '#networks/matching.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import type { Result } from '#shared/basics/result.ts'
import { cifar10Folder, itWithFiles, sharedPath } from '#test/unit/formats/support/shared-data.ts'
import { evaluateSplit, evaluationBatchOf } from '#trainer/measure/evaluation.ts'
import { splitInMemory, type ImageSplit } from '#trainer/data/image-split.ts'

/** Images on which two logits tie to 1e-4, so that rounding decides. */
const ties = 3

const sheets = join(cifar10Folder, 'package', 'test_batch.png')

let folder = ''
let executor: Executor
let split: ImageSplit | undefined

// Many times what a quiet machine needs.
vi.setConfig({ testTimeout: 240_000 })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nern-accuracy-'))
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 0 })
})

afterAll(async () => {
  executor.dispose()
  await rm(folder, { recursive: true, force: true })
})

describe.each([
  { name: 'ResNet-20', file: 'resnet20-12fca82f.th', golden: 'resnet20_pred_u8.bin', correct: 9173, first: 915 },
  { name: 'ResNet-56', file: 'resnet56-4bfd9763.th', golden: 'resnet56_pred_u8.bin', correct: 9339, first: 926 },
])('$name', ({ file, golden, correct, first }) => {
  const checkpoint = sharedPath(`data/cifar10-resnets/${file}`)
  const predictions = sharedPath(`data/cifar10-golden/${golden}`)

  itWithFiles([checkpoint, predictions, sheets])(
    `gets ${correct} of 10,000 right, the same ones as PyTorch`,
    async () => {
      const data = await testSplit()
      const { tensors } = valueOf(await readWeightsFile(checkpoint))
      const matched = valueOf(matchArchitecture([...tensors].map(([name, { shape }]) => ({ name, shape }))))
      const parameters = [...matched.rename].map(([fileName, name]) => {
        const tensor = tensors.get(fileName)
        if (tensor === undefined) throw new Error(`${fileName} is missing`)
        return [name, float32Tensor(tensor.shape, tensor.toFloat32())] as const
      })
      const program = await executor.compile(
        evaluateProgram(matched.network, {
          batch: evaluationBatchOf(matched.network),
          parameters: Object.fromEntries(parameters),
          inState: 'none',
        }),
      )
      const found = await evaluateSplit(program, executor.createState({}), matched.network, data, () =>
        Promise.resolve(),
      )
      program.dispose()
      const expected = new Uint8Array(await readFile(predictions))
      const isRight = (answer: number, image: number): boolean => answer === data.labels[image]
      const different = found.predictions.filter((answer, image) => answer !== expected[image]).length
      expect(expected.filter(isRight).length).toBe(correct)
      expect(different).toBeLessThanOrEqual(ties)
      expect(Math.abs(found.correct - correct)).toBeLessThanOrEqual(different)
      expect(Math.abs(found.predictions.subarray(0, 1000).filter(isRight).length - first)).toBeLessThanOrEqual(
        different,
      )
    },
  )
})

async function testSplit(): Promise<ImageSplit> {
  if (split !== undefined) return split
  const cacheFolder = join(folder, 'cifar10')
  valueOf(await convertCifar(cifar10Folder, cacheFolder))
  const cache = valueOf(await openImageCache(cacheFolder))
  const { images, labels } = valueOf(await cache.loadSplit('test'))
  split = splitInMemory(images, labels, { channels: 3, height: 32, width: 32 })
  await cache.close()
  return split
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
