/** Post-training quantisation of a whole predictor: its layers in turn, each with the inputs the rounded ones before it give. */
import type { DeviceState, Executor } from '#engine/executors/executor.ts'
import { int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { Random } from '#shared/basics/random.ts'
import { inputProductsProgram } from '../programs/input-products.ts'
import { predictorParameter } from '../predictor.ts'
import type { Representation } from '../representation.ts'
import { roundCompensated } from './compensated-rounding.ts'
import { scaleName, type QuantisationPlan } from '#engine/quantisation/fake-quantisation.ts'
import { storedScales } from '#engine/quantisation/row-scales.ts'

/** More kernels than this say nothing new about a layer's inputs. */
const mostKernels = 65_536

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
  const kernels = chosenKernels(representation.table.kernels, random)
  const rounded: Record<string, HostTensors[string]> = { ...predictor }
  const state = executor.createState(predictor)
  try {
    for (let block = 0; block < representation.predictor.blocks; block++) {
      const [weightName, biasName] = [predictorParameter(block, 'weight'), predictorParameter(block, 'bias')]
      const [weight, bias, bits] = [predictor[weightName], predictor[biasName], plan[weightName]]
      if (weight === undefined || bias === undefined || bits === undefined) continue
      const products = await inputProducts(executor, representation, block, kernels, state)
      const steps = storedScales(scales[scaleName(weightName)]?.data ?? [])
      const layer = roundCompensated(weight, bias, products, steps, bits, pruned.includes(weightName))
      rounded[weightName] = layer.weight
      rounded[biasName] = layer.bias
      state.write({ [weightName]: layer.weight, [biasName]: layer.bias })
    }
  } finally {
    state.dispose()
  }
  return rounded
}

async function inputProducts(
  executor: Executor,
  representation: Representation,
  block: number,
  kernels: Int32Array,
  state: DeviceState,
): Promise<Float64Array> {
  const program = await executor.compile(inputProductsProgram(representation, block, kernels.length))
  try {
    const { products } = await program.run({ kernels: int32Tensor([kernels.length], kernels) }, state)
    return Float64Array.from(products?.data ?? [])
  } finally {
    program.dispose()
  }
}

function chosenKernels(count: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: count }, (_, kernel) => kernel)
  if (count <= mostKernels) return all
  random.shuffle(all)
  return all.slice(0, mostKernels)
}
