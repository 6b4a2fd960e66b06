/** 07: smoothness of stored weights and of a real network, values and gradients. */
import { z } from 'zod'
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { named } from '#engine/program/named.ts'
import { layerCosine, layerDistance, smoothness, smoothnessLoss } from '#engine/training/smoothness.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { norm, type Checks } from '../checks.ts'
import { numberList, numberTable, type GoldenCase } from '../golden-case.ts'
import { availableNetworks, type GoldenNetwork } from '../golden-network.ts'
import { dataOf, evaluate, scalarOf } from '#test/support/run-program.ts'

/** What the case differentiates: name there, and our expression of it. */
const quantities = {
  cosine: (weights: readonly tf.Tensor4D[]) => smoothness(weights).cosine,
  l2part: (weights: readonly tf.Tensor4D[]) => tf.neg(smoothness(weights).distance),
  l2smoothness: (weights: readonly tf.Tensor4D[]) => tf.neg(smoothnessLoss('l2', weights)),
  'penalty_mu1e-4': (weights: readonly tf.Tensor4D[]): tf.Scalar => tf.mul(smoothnessLoss('cosine', weights), 1e-4),
} as const

export async function checkSmoothness(golden: GoldenCase, checks: Checks, executor: Executor): Promise<void> {
  const names = [...golden.file().keys()].filter((name) => /^w\d+$/.test(name))
  const tensors = Object.fromEntries(names.map((name) => [name, golden.tensor(name)]))
  const tolerance = golden.number('tolerance', 'value_rel')
  const expectedValues = {
    cosine: golden.number('scalars', 'cosine.total_cosine'),
    l2part: golden.number('scalars', 'cosine.total_l2'),
    l2smoothness: golden.number('scalars', 'l2smoothness'),
    'penalty_mu1e-4': golden.number('scalars', 'penalty_mu1e-4'),
  }
  for (const quantity of typedKeys(quantities)) {
    const results = await valueAndGradients(executor, tensors, names, quantities[quantity])
    checks.near(
      quantity,
      scalarOf(results, 'value'),
      expectedValues[quantity],
      tolerance * Math.abs(expectedValues[quantity]),
    )
    for (const name of names) {
      const expected = golden.values(`${name}.grad.${quantity}`)
      const allowed = golden.number('tolerance', 'grad_rel_to_max')
      checks.nearToMax(`${name}: gradient of ${quantity}`, dataOf(results, `d ${name}`), expected, allowed)
    }
  }
  const layers = await layerValues(executor, tensors, names)
  const perLayer = numberTable(golden.scalars['per_layer_cosine_l2'])
  const distances = numberList(golden.scalars['per_layer_l2'])
  names.forEach((name, at) => {
    const [cosine = NaN, distance = NaN] = perLayer[at] ?? []
    const isPointwise = golden.shape(name)[2] === 1
    const near = (what: string, key: string, expected: number): void => {
      checks.near(`${name}: ${what}`, scalarOf(layers, key), expected, tolerance * Math.max(1, Math.abs(expected)))
    }
    if (!isPointwise) near('cosine', `cosine ${name}`, cosine)
    else near('distance', `distance ${name}`, -distance)
    near('distance of any layer', `distance ${name}`, distances[at] ?? NaN)
  })
  for (const [key, value] of Object.entries(golden.scalars)) {
    const stored = networkSchema.safeParse(value)
    if (stored.success) await checkNetwork(golden, checks, executor, key, stored.data)
  }
}

const networkSchema = z.object({
  total_cosine: z.number(),
  l2smoothness: z.number(),
  per_layer_cosine: z.array(z.number()),
  cosine_grad_norm_per_layer: z.array(z.number()),
})

/** Sums over thousands of pairs in float32: wider than the small cases by the number of terms. */
async function checkNetwork(
  golden: GoldenCase,
  checks: Checks,
  executor: Executor,
  key: string,
  stored: z.infer<typeof networkSchema>,
): Promise<void> {
  const { network, parameters } = networkWithLayers(golden, stored.per_layer_cosine.length)
  const names = network.representedLayers.map(({ name }) => name)
  const tensors = Object.fromEntries(names.map((name) => [name, parameters[name]])) as HostTensors
  const tolerance = golden.number('tolerance', 'value_rel')
  const cosine = await valueAndGradients(executor, tensors, names, quantities.cosine)
  const distance = await valueAndGradients(executor, tensors, names, quantities.l2smoothness)
  checks.near(`${key}: cosine`, scalarOf(cosine, 'value'), stored.total_cosine, tolerance * stored.total_cosine)
  checks.near(`${key}: distance`, scalarOf(distance, 'value'), stored.l2smoothness, -tolerance * stored.l2smoothness)
  const layers = await layerValues(executor, tensors, names)
  names.forEach((name, at) => {
    const expected = stored.per_layer_cosine[at] ?? NaN
    checks.near(
      `${key}: cosine of ${name}`,
      scalarOf(layers, `cosine ${name}`),
      expected,
      1e-5 * Math.max(10, Math.abs(expected)),
    )
    const gradientNorm = stored.cosine_grad_norm_per_layer[at] ?? NaN
    checks.near(
      `${key}: gradient norm of ${name}`,
      norm(dataOf(cosine, `d ${name}`)),
      gradientNorm,
      1e-4 * gradientNorm,
    )
    const stem = `resnet.${name.replace(/\.weight$/, '')}.grad.cosine`
    if (golden.has(stem)) {
      checks.nearToMax(
        stem,
        dataOf(cosine, `d ${name}`),
        golden.values(stem),
        golden.number('tolerance', 'grad_rel_to_max'),
      )
    }
  })
}

function networkWithLayers(golden: GoldenCase, layers: number): GoldenNetwork {
  for (const { load } of availableNetworks(golden)) {
    const found = load()
    if (found.network.representedLayers.length === layers) return found
  }
  throw new Error(`no weights beside the case have ${layers} represented layers`)
}

function valueAndGradients(
  executor: Executor,
  tensors: HostTensors,
  names: readonly string[],
  quantity: (weights: readonly tf.Tensor4D[]) => tf.Scalar,
): Promise<HostTensors> {
  return evaluate(executor, 'golden smoothness', tensors, (given) => {
    const { loss, gradients } = lossGradients(given, names, (leaves) => ({
      // Zero times each weight: a gradient is asked for also where a quantity leaves a layer out.
      loss: names.reduce(
        (total, name) => tf.add(total, tf.mul(tf.sum(named(leaves, name)), 0)),
        quantity(mapsOf(leaves, names)),
      ),
      outputs: {},
    }))
    return {
      value: loss,
      ...Object.fromEntries(Object.entries(gradients).map(([name, tensor]) => [`d ${name}`, tensor])),
    }
  })
}

function layerValues(executor: Executor, tensors: HostTensors, names: readonly string[]): Promise<HostTensors> {
  return evaluate(executor, 'golden layer smoothness', tensors, (given) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const weight = asMap(named(given, name))
        return [
          [`cosine ${name}`, layerCosine(weight)],
          [`distance ${name}`, layerDistance(weight)],
        ]
      }),
    ),
  )
}

function mapsOf(given: NamedTensors, names: readonly string[]): readonly tf.Tensor4D[] {
  return names.map((name) => asMap(named(given, name)))
}

function typedKeys<T extends object>(value: T): readonly (keyof T)[] {
  return Object.keys(value) as (keyof T)[] // Object literals of this file have no other keys.
}
