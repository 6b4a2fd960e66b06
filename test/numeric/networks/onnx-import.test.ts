/** Networks that come in as ONNX graphs compute what their state dicts compute. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { networkOnnx } from '#engine/network/onnx-export.ts'
import { bytesSource } from '#formats/byte-source.ts'
import { readOnnx } from '#formats/onnx/reader.ts'
import { architectures } from '#networks/architectures.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { AppException, type Result } from '#shared/basics/result.ts'
import { networkLogits } from '#test/support/network-logits.ts'
import { sampleImages, variedOnnx } from '#test/support/onnx-models.ts'
import { operatorSetOnnx } from '#test/support/onnx-operator-sets.ts'
import { runOnce } from '#test/support/run-program.ts'
import { seededParameters, seededTensor } from '#test/support/seeded-values.ts'

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new AppException(result.error)
}

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
})
afterAll(() => {
  executor.dispose()
})

describe.each(architectures.map(({ id, build }) => ({ id, build })))('$id as an ONNX graph', ({ id, build }) => {
  it('is the same network with the same logits', { timeout: 240_000 }, async () => {
    const network = build(id.endsWith('imagenet') ? 20 : 10)
    const parameters = seededParameters(network)
    const imported = valueOf(await readOnnx(bytesSource(networkOnnx(network, parameters), 'network.onnx')))
    // Dropout is the identity in inference; so is VGG's adaptive pool at its usual size.
    const isLeft = (op: string) => op !== 'dropout' && op !== 'adaptive-average-pool'
    const nodes = (of: typeof network) => of.nodes.map(({ op }) => op).filter(isLeft)
    expect(nodes(imported.network).toSorted()).toEqual(nodes(network).toSorted())
    expect(Object.keys(imported.parameters).toSorted()).toEqual(Object.keys(parameters).toSorted())
    expect(imported.network.preprocessing.mean.map((mean) => Number(mean.toFixed(6)))).toEqual(
      network.preprocessing.mean,
    )

    const { channels, height, width } = network.inputShape
    const images = seededTensor('images', [1, channels, height, width], -1, 1)
    const expected = await networkLogits(executor, network, parameters, images)
    const found = await networkLogits(executor, imported.network, imported.parameters, images)
    // Relative, because random weights let the deepest networks grow to 1e10.
    const largest = Math.max(...expected.map(Math.abs))
    const differences = expected.map((logit, at) => Math.abs(logit - (found[at] ?? NaN)))
    expect(Math.max(...differences) / largest).toBeLessThan(1e-4)
  })
})

it('runs every operator that is read as ONNX Runtime does', async () => {
  const bytes = variedOnnx(24)
  const { network, parameters } = valueOf(await readOnnx(bytesSource(bytes, 'varied.onnx')))
  const shape = [2, 3, 24, 24]
  const images = sampleImages(shape)
  const session = await InferenceSession.create(bytes)
  const { probabilities } = await session.run({ images: new Tensor('float32', images, shape) })
  const expected = Array.from((await probabilities?.getData()) as Float32Array)

  const program = evaluateProgram(network, { batch: 2, parameters, inState: 'none' })
  const pixels = images.map((value) => value * 255)
  const { logits } = await runOnce(executor, program, { images: float32Tensor(shape, pixels) })
  const found = [0, 1].flatMap((row) => softmax(Array.from(logits?.data ?? []).slice(10 * row, 10 * (row + 1))))
  expect(found).toHaveLength(20)
  expected.forEach((value, at) => expect(Math.abs(value - (found[at] ?? NaN))).toBeLessThan(1e-5))

  // Written again by the studio, it is still the same network.
  const again = valueOf(await readOnnx(bytesSource(networkOnnx(network, parameters), 'again.onnx')))
  const before = await networkLogits(executor, network, parameters, float32Tensor(shape, images))
  const after = await networkLogits(executor, again.network, again.parameters, float32Tensor(shape, images))
  before.forEach((value, at) => expect(Math.abs(value - (after[at] ?? NaN))).toBeLessThan(1e-5))
})

const operatorSets = Array.from({ length: 18 }, (_, at) => at + 7)
it.each(operatorSets)('reads the operators in the form of operator set %i', async (opset) => {
  const bytes = operatorSetOnnx(opset)
  const { network, parameters, model } = valueOf(await readOnnx(bytesSource(bytes, 'network.onnx')))
  expect(model.opset).toBe(opset)
  const shape = [1, 3, 16, 16]
  const session = await InferenceSession.create(bytes)
  const { probabilities } = await session.run({ images: new Tensor('float32', sampleImages(shape), shape) })
  const expected = Array.from((await probabilities?.getData()) as Float32Array)
  const logits = await networkLogits(executor, network, parameters, float32Tensor(shape, sampleImages(shape)))
  const found = softmax(logits)
  expect(found).toHaveLength(10)
  expected.forEach((value, at) => expect(Math.abs(value - (found[at] ?? NaN))).toBeLessThan(1e-5))
})

function softmax(logits: readonly number[]): readonly number[] {
  const powers = logits.map((logit) => Math.exp(logit))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}
