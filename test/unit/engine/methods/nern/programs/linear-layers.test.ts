import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { named } from '#engine/program/named.ts'
import { kernelTargets, createRepresentation } from '#engine/methods/nern/representation.ts'
import { objectiveInputs, objectiveOf, rowGradientsOf } from '#engine/methods/nern/programs/objective-gradients.ts'
import { asMap, asMatrix } from '#engine/network/tensor-rank.ts'
import { withRepresentedLayers } from '#networks/linear-layers.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { normalTensor } from '#test/support/normal-tensor.ts'
import { dataOf, evaluate, scalarOf } from '#test/support/run-program.ts'
import { tinyNetwork } from '../../../network/tiny-network.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

const network = withRepresentedLayers(tinyNetwork(), { linearLayers: true, tiles: false })
const random = Random.fromSeed(3)
const normal = (shape: readonly number[], scale?: number, offset?: number): HostTensor =>
  normalTensor(random, shape, scale, offset)
const parameters: HostTensors = Object.fromEntries(
  network.parameters.map(({ name, shape, role }) => [
    name,
    normal(shape, 0.5, role === 'bn-variance' || role === 'bn-weight' ? 2 : 0),
  ]),
)
const representation = createRepresentation({
  representedLayers: network.representedLayers,
  embedding: { type: 'positional', base: 0.76, levels: 2, fusion: 'concat' },
  hiddenSize: 4,
  blocks: 2,
})
const { constants: targets } = kernelTargets(representation, parameters)
const images = normal([2, 3, 8, 8], 1)
const distillationAlone = objectiveInputs({ reconstruction: 0, featureMaps: 0, distillation: 1 })

/** The objective where all kernels are as in `rows` [kernels, 9], and its gradient by them. */
async function objectiveAt(rows: HostTensor): Promise<{ readonly loss: number; readonly gradient: readonly number[] }> {
  const tensors = { ...parameters, ...targets, ...distillationAlone, images, rows }
  const results = await evaluate(executor, 'objective', tensors, (given) => {
    const options = {
      representation,
      form: 'rmse',
      distillation: { network, featureMaps: 'documented', form: 'standard', temperature: 1 },
    } as const
    const objective = objectiveOf(given, options, { images: asMap(named(given, 'images')) })
    const { losses, rowGradients } = rowGradientsOf(objective, asMatrix(named(given, 'rows')))
    return { loss: named(losses, 'loss'), rowGradients }
  })
  return { loss: scalarOf(results, 'loss'), gradient: [...dataOf(results, 'rowGradients')] }
}

test('the gradient of distillation by the numbers of a linear layer is that of finite differences, off the centre zero', async () => {
  const layer = representation.table.layers.at(-1)
  if (layer?.name !== 'linear.weight') throw new Error('expected the linear layer last')
  expect(layer).toMatchObject({ shape: [3, 6], filters: 3, channels: 6, height: 1, width: 1, kernels: 18 })
  const original = targets['targets'] ?? normal([0], 0)
  const moved = (at: number, by: number): HostTensor =>
    float32Tensor(
      original.shape,
      Float32Array.from(original.data, (value, index) => value * 0.5 + (index === at ? by : 0)),
    )
  const { gradient } = await objectiveAt(moved(0, 0))
  const first = 9 * layer.firstKernel
  const step = 0.02
  for (let kernel = 0; kernel < layer.kernels; kernel++) {
    const row = gradient.slice(first + 9 * kernel, first + 9 * kernel + 9)
    const centre = first + 9 * kernel + 4
    const higher = await objectiveAt(moved(centre, step))
    const lower = await objectiveAt(moved(centre, -step))
    const expected = (higher.loss - lower.loss) / (2 * step)
    expect(row[4], `kernel ${kernel}`).toBeCloseTo(expected, 4)
    expect(row.toSpliced(4, 1)).toEqual(Array(8).fill(0))
  }
  expect(Math.max(...gradient.slice(first).map(Math.abs))).toBeGreaterThan(0.01)
})
