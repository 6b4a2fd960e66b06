/** The nodes that residual networks lack: logits and gradients of PyTorch, on both executors. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { parameterSpecs } from '#engine/network/parameters.ts'
import { networkForward } from '#engine/network/forward.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import { dataOf, runOnce } from '#test/support/run-program.ts'
import { seededParameters, seededTensor } from '#test/support/seeded-values.ts'
import { variedNetwork } from '../../unit/engine/network/varied-network.ts'

const schema = z.object({ logits: z.array(z.number()), gradients: z.record(z.string(), z.array(z.number())) })
const fixture = new URL('../../fixtures/networks/layers.json', import.meta.url)
const pytorch = schema.parse(JSON.parse(readFileSync(fixture, 'utf8')))

const network = variedNetwork()
const parameters = seededParameters(network)
const names = Object.keys(pytorch.gradients)

const program: Program = {
  name: 'varied network',
  inputs: { images: { shape: [2, 3, 13, 13], dtype: 'float32' } },
  state: parameterSpecs(network, parameters, 'all').state,
  constants: { probe: seededTensor('probe', [2, 3], -1, 1) },
  build(tensors) {
    const { images, probe } = tensors
    if (images === undefined || probe === undefined) throw new Error('missing')
    const { outputs, gradients } = lossGradients(tensors, names, (given) => {
      const { logits } = networkForward(network, given, asMap(images), { mode: 'inference' })
      return { loss: tf.sum(tf.mul(logits, probe)), outputs: { logits } }
    })
    const renamed = Object.entries(gradients).map(([name, gradient]) => [`d ${name}`, gradient] as const)
    return { logits: outputs['logits'] ?? tf.scalar(0), ...Object.fromEntries(renamed) }
  },
}

let reference: Executor
let compiled: Executor
beforeAll(async () => {
  reference = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
  compiled = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
})
afterAll(() => {
  reference.dispose()
  compiled.dispose()
})

describe.each(['reference', 'onnxruntime'] as const)('on %s', (name) => {
  test('every node and its gradient are those of PyTorch', async () => {
    const images = seededTensor('images', [2, 3, 13, 13], -1, 1)
    const results = await runOnce(name === 'reference' ? reference : compiled, program, { images }, parameters)
    const apart = names.map((parameter) => {
      const expected = pytorch.gradients[parameter] ?? []
      return [parameter, relative(dataOf(results, `d ${parameter}`), expected)] as const
    })
    expect(relative(dataOf(results, 'logits'), pytorch.logits)).toBeLessThan(1e-5)
    expect(apart.filter(([, difference]) => !(difference < 1e-5))).toEqual([])
  })
})

/** Largest difference to every n-th number, relative to the largest; infinite where the lengths cannot belong together. */
function relative(actual: ArrayLike<number>, expected: readonly number[]): number {
  const step = actual.length < 100 ? 1 : 5
  if (Math.ceil(actual.length / step) !== expected.length) return Infinity
  const largest = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((value, at) => Math.abs(value - (actual[at * step] ?? NaN)))) / largest
}
