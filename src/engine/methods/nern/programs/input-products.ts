/** What the linear layers of a predictor see: second moments of their inputs, for rounding that compensates its errors. */
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asVector } from '#engine/network/tensor-rank.ts'
import { named } from '../../../program/named.ts'
import { layerInput } from '../predictor.ts'
import type { Representation } from '../representation.ts'

/**
 * Input: `kernels` int32 [sampledKernels]. State: the predictor's parameters. Output: `products` [n + 1, n + 1], the mean
 * over those kernels of x x^T, where x is the input of linear layer `block` with a 1 for the bias after its n values.
 */
export function inputProductsProgram(representation: Representation, block: number, sampledKernels: number): Program {
  const { tables, parameterSpecs } = representation
  return {
    name: 'input-products',
    inputs: { kernels: { shape: [sampledKernels], dtype: 'int32' } },
    state: parameterSpecs,
    constants: tables.constants,
    build(tensors) {
      const input = layerInput(tensors, tables, block, asVector(named(tensors, 'kernels')))
      const extended = tf.concat([input, tf.ones([sampledKernels, 1])], 1)
      return { products: tf.div(tf.matMul(extended, extended, true, false), sampledKernels) }
    },
  }
}
