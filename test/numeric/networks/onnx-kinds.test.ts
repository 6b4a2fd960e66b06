/** Graphs as people really have them compute what ONNX Runtime computes with the file, and so does what is exported. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { parameterSpecs } from '#engine/network/parameters.ts'
import { networkForward } from '#engine/network/forward.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import type { Network } from '#networks/network.ts'
import { agreementOf, relativeDistance, type Agreement } from '#test/support/onnx-agreement.ts'
import { onnxKinds } from '#test/support/onnx-kinds/index.ts'
import { kindOnnx } from '#test/support/onnx-kinds/kind.ts'
import { runOnce } from '#test/support/run-program.ts'
import { seededTensor } from '#test/support/seeded-values.ts'
import { itWithFiles, sharedPath } from '../../unit/formats/support/shared-data.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

const tolerance = 1e-4
type Ending = (typeof onnxKinds)[number]['ending']

/** What a graph yields that ends so, of logits [batch, classes]. */
function ended(logits: readonly number[], classes: number, ending: Ending): readonly number[] {
  const rows = Array.from({ length: logits.length / classes }, (_, row) =>
    logits.slice(row * classes, (row + 1) * classes),
  )
  return rows.flatMap((row): readonly number[] => {
    const sum = row.reduce((total, logit) => total + Math.exp(logit), 0)
    switch (ending) {
      case 'softmax':
        return row.map((logit) => Math.exp(logit) / sum)
      case 'log-softmax':
        return row.map((logit) => logit - Math.log(sum))
      case 'sigmoid':
        return row.map((logit) => 1 / (1 + Math.exp(-logit)))
      case 'arg-max':
        return [row.indexOf(Math.max(...row))]
      case undefined:
        return row
    }
  })
}

function expectAgreement(
  { network, expected, logits, exported }: Agreement,
  ending: Ending,
  allowed = tolerance,
): void {
  expect(relativeDistance(ended(logits, network.classes, ending), expected)).toBeLessThan(allowed)
  expect(relativeDistance(exported, logits)).toBeLessThan(tolerance)
}

/** Kinds of nodes; an activation by the name of its function. */
function kindsOf({ nodes }: Network): readonly string[] {
  return nodes.map((node) => (node.op === 'activation' ? node.function.name : node.op))
}

describe.each(onnxKinds)('$title', (kind) => {
  it('has the logits of ONNX Runtime, and gradients', async () => {
    const { ending, has = [], lacks = [], notes = [], scale = 1 } = kind
    const agreement = await agreementOf(executor, kindOnnx(kind), {}, scale)
    expectAgreement(agreement, ending, kind.tolerance)
    const kinds = kindsOf(agreement.network)
    expect({ has: has.filter((op) => kinds.includes(op)), lacks: lacks.filter((op) => kinds.includes(op)) }).toEqual({
      has,
      lacks: [],
    })
    const said = notes.map((note) => agreement.notes.filter((sentence) => note.test(sentence)).length)
    expect(said, agreement.notes.join('\n')).toEqual(notes.map(() => 1))
    if (kind.isJumping !== true) await expectGradients(agreement)
  })
})

/** The gradient along a random direction of the first layer's weights is how the loss changes along it. */
async function expectGradients({ network, parameters }: Agreement): Promise<void> {
  const [layer] = network.representedLayers
  if (layer === undefined) throw new Error('nothing is represented')
  const { channels, height, width } = network.inputShape
  const images = seededTensor('images', [2, channels, height, width], -1, 1)
  const direction = seededTensor('direction', layer.shape, -1, 1)
  const probe = seededTensor('probe', [2, network.classes], -1, 1)
  const step = 2e-4
  const program: Program = {
    name: 'gradient',
    inputs: { images },
    state: parameterSpecs(network, parameters, 'all').state,
    constants: { direction, probe },
    build(tensors) {
      const lossAt = (given: typeof tensors): tf.Scalar => {
        const maps = asMap(given['images'] ?? tf.scalar(0))
        const { logits } = networkForward(network, given, maps, { mode: 'inference' })
        return tf.sum(tf.mul(logits, given['probe'] ?? 0))
      }
      const { gradients } = lossGradients(tensors, [layer.name], (given) => ({
        loss: lossAt(given),
        outputs: {},
      }))
      const along = tf.sum(tf.mul(gradients[layer.name] ?? 0, tensors['direction'] ?? 0))
      const moved = (by: number) => {
        const weight = tf.add(tensors[layer.name] ?? 0, tf.mul(tensors['direction'] ?? 0, by))
        return lossAt({ ...tensors, [layer.name]: weight })
      }
      return { along, change: tf.div(tf.sub(moved(step), moved(-step)), 2 * step) }
    },
  }
  const { along, change } = await runOnce(executor, program, { images }, parameters)
  const [expected = NaN, found = NaN] = [change?.data[0], along?.data[0]]
  expect(Math.abs(found)).toBeGreaterThan(1e-3)
  // Corners that a step passes over, and float32, allow no more.
  expect(Math.abs(found - expected) / Math.abs(expected)).toBeLessThan(0.05)
}

const cases: readonly (readonly [string, Ending])[] = [
  ['activation-elu', undefined],
  ['activation-gelu', undefined],
  ['activation-hardsigmoid', undefined],
  ['activation-selu', undefined],
  ['external', undefined],
  ['keras-nhwc-flatten-dense', undefined],
  ['log-softmax-end', 'log-softmax'],
  ['softmax-rank4', 'softmax'],
]

describe.each(cases)('the case %s.onnx', (name, ending) => {
  const path = sharedPath(join('cases/onnx', `${name}.onnx`))
  itWithFiles([path])('has the logits of ONNX Runtime', async () => {
    expectAgreement(await agreementOf(executor, path), ending)
  })
})
