import { expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { unwrap } from '#shared/basics/result.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { distortionMeter } from '#trainer/measure/distortion.ts'

const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
const parameters = initialParameters(network, 1)

/** The represented weights times a factor with a sign that changes from one to the next. */
function disturbed(share: number): HostTensors {
  const changed = network.representedLayers.flatMap(({ name }) => {
    const tensor = parameters[name]
    if (tensor === undefined) return []
    const data = Float32Array.from(tensor.data, (value, at) => value * (1 + (at % 2 === 0 ? share : -share)))
    return [[name, float32Tensor(tensor.shape, data)] as const]
  })
  return Object.fromEntries(changed)
}

test('answers that do not change have no distortion, and more change has more', async () => {
  const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  try {
    const meter = await distortionMeter(executor, { network, parameters })
    expect(await meter.distortionOf({})).toBe(0)
    const [little, more] = [await meter.distortionOf(disturbed(0.05)), await meter.distortionOf(disturbed(0.2))]
    expect(little).toBeGreaterThan(0)
    expect(more).toBeGreaterThan(2 * (little ?? 0))
    const bias = Object.keys(parameters).find((name) => name.endsWith('bias')) ?? ''
    const broken = {
      [bias]: float32Tensor(
        parameters[bias]?.shape ?? [],
        new Float32Array(parameters[bias]?.data.length ?? 0).fill(NaN),
      ),
    }
    expect(await meter.distortionOf(broken)).toBeUndefined()
    meter.dispose()
  } finally {
    executor.dispose()
  }
})
