import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { distance, randomTensors, runOnce } from './agreement.ts'
import { operationCases, type OperationCase } from './operation-cases.ts'

/** Rounding of single precision over the few hundred terms of the largest case. */
const tolerance = 2e-5

let reference: Executor
let compiled: Executor

beforeAll(async () => {
  reference = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 0 })
  compiled = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
})

afterAll(() => {
  reference.dispose()
  compiled.dispose()
})

describe('onnxruntime agrees with the reference on', () => {
  test.each(operationCases)('$title', async (operation) => {
    const program = programOf(operation)
    const inputs = randomTensors(program.inputs, 7)
    const expected = await runOnce(reference, program, inputs)
    expect(distance(await runOnce(compiled, program, inputs), expected)).toBeLessThan(tolerance)
  })
})

/** Outputs `value` and, for every float32 operand, the gradient of a fixed weighting of the values. */
function programOf({ title, operands, compute, valuesOnly }: OperationCase): Program {
  const names = operands.map((_, index) => `operand${index}`)
  const differentiated = names.filter((_, index) => operands[index]?.dtype === 'float32')
  return {
    name: title,
    inputs: Object.fromEntries(operands.map((spec, index) => [`operand${index}`, spec])),
    state: {},
    constants: {},
    build(tensors) {
      const given = names.map((name) => tensorNamed(tensors, name))
      if (valuesOnly) return { value: compute(...given) }
      const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
        const all = names.map((name) => xs[differentiated.indexOf(name)] ?? tensorNamed(tensors, name))
        return weighted(compute(...all))
      })(differentiated.map((name) => tensorNamed(tensors, name)))
      const gradients = differentiated.map((name, index) => [`gradient of ${name}`, grads[index] ?? tf.scalar(0)])
      return { value: compute(...given), weighted: value, ...Object.fromEntries(gradients) }
    },
  }
}

/** Weights that differ from element to element, so that a misplaced gradient shows. */
function weighted(value: tf.Tensor): tf.Scalar {
  const weights = Float32Array.from({ length: value.size }, (_, index) => Math.sin(index + 1))
  return tf.sum(tf.mul(value, tf.tensor(weights, value.shape)))
}

function tensorNamed(tensors: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new Error(`no tensor ${name}`)
  return tensor
}
