/** Post-training quantisation of a whole predictor: its layers in turn, each with the inputs the rounded ones before it give. */
import type { DeviceState, Executor } from '#engine/executors/executor.ts'
import { float32Tensor, int32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { Random } from '#shared/basics/random.ts'
import { inputProductsProgram } from '../programs/input-products.ts'
import { predictorParameter } from '../predictor.ts'
import type { Representation } from '../representation.ts'
import { PartSampler } from '../partition/part-sampler.ts'
import { roundCompensated, type RoundedLayer } from './compensated-rounding.ts'
import type { IntegerBits } from '#shared/tensors/stored-tensor.ts'
import { scaleName, type QuantisationPlan } from '#engine/quantisation/fake-quantisation.ts'
import { storedScales } from '#engine/quantisation/row-scales.ts'

/** More kernels than this say nothing new about a layer's inputs. */
const mostKernels = 65_536
/** Fewer would not say what the inputs of a part are like. */
const fewestOfPart = 512

export interface RoundPredictorOptions {
  readonly executor: Executor
  readonly representation: Representation
  readonly predictor: HostTensors
  readonly plan: QuantisationPlan
  /** Logarithms of the row scales of every parameter of the plan (fake-quantisation.ts). */
  readonly scales: HostTensors
  /** Chooses kernels where there are too many to look at all. */
  readonly random: Random
  /** Parameters whose zeros stay zero. */
  readonly pruned?: readonly string[]
}

/**
 * The parameters of `predictor` with those of `plan` rounded: values are codes times the nearest stored ones of `scales`,
 * so that storing them with those loses nothing more.
 */
export async function roundPredictor({
  executor,
  representation,
  predictor,
  plan,
  scales,
  random,
  pruned = [],
}: RoundPredictorOptions): Promise<HostTensors> {
  const kernels = chosenKernels(representation, random)
  const rounded: Record<string, HostTensors[string]> = { ...predictor }
  const state = executor.createState(predictor)
  try {
    for (let block = 0; block < representation.predictor.blocks; block++) {
      const [weightName, biasName] = [predictorParameter(block, 'weight'), predictorParameter(block, 'bias')]
      const [weight, bias, bits] = [predictor[weightName], predictor[biasName], plan[weightName]]
      if (weight === undefined || bias === undefined || bits === undefined) continue
      const products = await inputProducts(executor, representation, block, kernels, state)
      const steps = storedScales(scales[scaleName(weightName)]?.data ?? [])
      const layer = roundParts({ weight, bias, products, steps, bits, isPruned: pruned.includes(weightName) })
      rounded[weightName] = layer.weight
      rounded[biasName] = layer.bias
      state.write({ [weightName]: layer.weight, [biasName]: layer.bias })
    }
  } finally {
    state.dispose()
  }
  return rounded
}

interface PartsToRound {
  /** [parts * rows, columns] */
  readonly weight: HostTensor
  /** [parts * rows] */
  readonly bias: HostTensor
  /** [parts, columns + 1, columns + 1] */
  readonly products: HostTensor
  readonly steps: Float32Array
  readonly bits: IntegerBits
  readonly isPruned: boolean
}

/** A layer of every part by the inputs that this part sees. */
function roundParts({ weight, bias, products, steps, bits, isPruned }: PartsToRound): RoundedLayer {
  const [parts = 1, size = 1] = products.shape
  const columns = size - 1
  const rows = bias.data.length / parts
  const weights = new Float32Array(weight.data.length)
  const biases = new Float32Array(bias.data.length)
  for (let part = 0; part < parts; part++) {
    const [first, end] = [part * rows, (part + 1) * rows]
    const layer = roundCompensated(
      float32Tensor([rows, columns], Float32Array.from(weight.data.subarray(first * columns, end * columns))),
      float32Tensor([rows], Float32Array.from(bias.data.subarray(first, end))),
      Float64Array.from(products.data.subarray(part * size * size, (part + 1) * size * size)),
      steps.subarray(first, end),
      bits,
      isPruned,
    )
    weights.set(layer.weight.data, first * columns)
    biases.set(layer.bias.data, first)
  }
  return { weight: float32Tensor(weight.shape, weights), bias: float32Tensor(bias.shape, biases) }
}

async function inputProducts(
  executor: Executor,
  representation: Representation,
  block: number,
  kernels: Int32Array,
  state: DeviceState,
): Promise<HostTensor> {
  const program = await executor.compile(inputProductsProgram(representation, block, kernels.length))
  try {
    const { products } = await program.run({ kernels: int32Tensor([kernels.length], kernels) }, state)
    if (products === undefined) throw new RangeError('the program gives products')
    return products
  } finally {
    program.dispose()
  }
}

function chosenKernels({ table, predictor }: Representation, random: Random): Int32Array {
  const all = Int32Array.from({ length: table.kernels }, (_, kernel) => kernel)
  if (table.kernels <= mostKernels) return all
  if (predictor.parts !== undefined) {
    const most = Math.max(fewestOfPart, Math.floor(mostKernels / predictor.parts.length))
    const kernels = most * predictor.parts.length
    return new PartSampler('uniform', new Float64Array(table.kernels), predictor.parts, kernels).draw(random)
  }
  random.shuffle(all)
  return all.slice(0, mostKernels)
}
