import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { networkOnnx } from '#engine/network/onnx-export.ts'
import { architectures, buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import { Random } from '#shared/basics/random.ts'
import { runOnce } from '#test/support/run-program.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

const batch = 3
// One of each family that is quick at 32 x 32 pixels has every node but those of larger images.
const smallest = architectures.filter(({ id }) =>
  /^resnet20-|^vgg11|^mobilenet.*cifar|^shufflenet.*cifar|^squeezenet/.test(id),
)

it.each(smallest.map(({ id }) => id))('%s gives as an ONNX model the logits of the studio', async (id) => {
  const built = buildNetwork(id, 10)
  if (!built.ok) throw new Error(built.error.message)
  const network = { ...built.value, preprocessing: preprocessingPresets['minus-one-one'].preprocessing }
  const parameters = initialParameters(network, 4)
  const { channels, height, width } = network.inputShape
  const shape = [batch, channels, height, width]
  const random = Random.fromSeed(9)
  const pixels = Float32Array.from({ length: batch * channels * height * width }, () => random.integer(256))
  const program = evaluateProgram(network, { batch, parameters, inState: 'none' })
  const expected = await runOnce(executor, program, { images: float32Tensor(shape, pixels) })

  const session = await InferenceSession.create(networkOnnx(network, parameters))
  const scaled = pixels.map((pixel) => pixel / 255)
  const { logits } = await session.run({ images: new Tensor('float32', scaled, shape) })
  const found = Array.from((await logits?.getData()) as Float32Array)
  const truth = Array.from(expected['logits']?.data ?? [])
  const largest = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(truth).toHaveLength(batch * 10)
  truth.forEach((value, at) => expect(Math.abs(value - (found[at] ?? NaN)) / largest).toBeLessThan(1e-5))
})

it('refuses a network with a parameter of another shape', () => {
  const built = buildNetwork('resnet20-cifar-a', 10)
  if (!built.ok) throw new Error(built.error.message)
  const { 'conv1.weight': _lost, ...rest } = initialParameters(built.value, 1)
  expect(() => networkOnnx(built.value, rest)).toThrow(/needs conv1.weight as float32 \[16, 3, 3, 3\]/)
})
