/** What the linear layers of a predictor see: second moments of their inputs, for rounding that compensates its errors. */
import type { Program } from '#engine/program/program.ts'
import { asVector } from '#engine/network/tensor-rank.ts'
import { named } from '../../../program/named.ts'
import type { Representation } from '../representation.ts'

/**
 * Input: `kernels` int32 [sampledKernels]. State: the predictor's parameters. Output: `products` of linear layer `block` over
 * those kernels, as `Prediction.inputProducts` gives them.
 */
export function inputProductsProgram(representation: Representation, block: number, sampledKernels: number): Program {
  const { tables, prediction, parameterSpecs } = representation
  return {
    name: 'input-products',
    inputs: { kernels: { shape: [sampledKernels], dtype: 'int32' } },
    state: parameterSpecs,
    constants: tables.constants,
    build: (tensors) => ({
      products: prediction.inputProducts(tensors, block, asVector(named(tensors, 'kernels'))),
    }),
  }
}
