import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { named } from '#engine/program/named.ts'
import { meanOverParts, type RowGradients } from '#engine/methods/nern/programs/image-parts.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { dataOf, evaluate, scalarOf } from '#test/support/run-program.ts'

let executors: readonly Executor[]
beforeAll(async () => {
  executors = [
    await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 }),
    await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 }),
  ]
})
afterAll(() => {
  for (const executor of executors) executor.dispose()
})

/** Means over samples, as the losses of distillation are. */
function gradientsOf(images: tf.Tensor4D): RowGradients {
  const perSample = tf.mean(tf.square(images), [1, 3])
  return { losses: { loss: tf.mean(perSample) }, rowGradients: tf.mean(perSample, 0) }
}

test.each([
  // Pixels of an image, images, images of every part.
  { extent: 8, batch: 5, parts: [5] },
  { extent: 128, batch: 5, parts: [2, 2, 1] },
  { extent: 256, batch: 9, parts: [2, 2, 2, 2, 1] },
])('$batch images of $extent x $extent are the mean of their parts', async ({ extent, batch, parts }) => {
  const random = Random.fromSeed(4)
  const pixels = Float32Array.from({ length: batch * extent * extent }, () => random.normal())
  const images = float32Tensor([batch, 1, extent, extent], pixels)
  for (const executor of executors) {
    const sizes: number[] = []
    const results = await evaluate(executor, 'mean over parts', { images }, (given) => {
      const all = asMap(named(given, 'images'))
      const inParts = meanOverParts({ images: all }, (part) => {
        sizes.push(part.images.shape[0])
        return gradientsOf(part.images)
      })
      const whole = gradientsOf(all)
      return {
        loss: named(inParts.losses, 'loss'),
        rows: inParts.rowGradients,
        wholeLoss: named(whole.losses, 'loss'),
        wholeRows: whole.rowGradients,
      }
    })
    expect(sizes).toEqual(parts)
    expect(scalarOf(results, 'loss')).toBeCloseTo(scalarOf(results, 'wholeLoss'), 4)
    const expected = dataOf(results, 'wholeRows')
    const differences = Array.from(dataOf(results, 'rows'), (value, at) => Math.abs(value - (expected[at] ?? NaN)))
    expect(differences).toHaveLength(extent)
    expect(Math.max(...differences)).toBeLessThan(1e-5)
  }
})
