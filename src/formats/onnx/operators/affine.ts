/** Arithmetic with constants: the normalisation of the images, biases, batch-norms in another form, numbers for all. */
import type { GraphImport } from '../graph-import.ts'
import { idOf } from '../graph-import.ts'
import type { OperatorCall, ViewValue, WeightsValue } from '../operator-call.ts'
import { applied } from './activations.ts'
import { extentsOf } from '../view.ts'
import { channelValues, featureValues } from './channel-values.ts'
import { freePrefix, withBias } from './layers.ts'

interface Arithmetic {
  /** x becomes scale x + shift. */
  readonly scale: (by: number) => number
  readonly shift: (by: number) => number
  /** The mean and deviation of what is normalised by these already. */
  readonly normalise: (mean: number, deviation: number, by: number) => readonly [number, number]
}

const arithmetic = {
  add: {
    scale: () => 1,
    shift: (by) => by,
    normalise: (mean, deviation, by) => [mean - by * deviation, deviation],
  },
  subtract: {
    scale: () => 1,
    shift: (by) => -by,
    normalise: (mean, deviation, by) => [mean + by * deviation, deviation],
  },
  'subtract-from': {
    scale: () => -1,
    shift: (by) => by,
    normalise: (mean, deviation, by) => [mean + by * deviation, -deviation],
  },
  multiply: {
    scale: (by) => by,
    shift: () => 0,
    normalise: (mean, deviation, by) => [mean, deviation / by],
  },
  divide: {
    scale: (by) => 1 / by,
    shift: () => 0,
    normalise: (mean, deviation, by) => [mean, deviation * by],
  },
} satisfies Record<string, Arithmetic>

/** `value` after arithmetic with a constant of one number, or one a channel. */
export function withConstant(
  operation: OperatorCall,
  graph: GraphImport,
  given: ViewValue,
  constant: WeightsValue,
  kind: keyof typeof arithmetic,
): ViewValue {
  const ofChannels = channelValues(graph, given, constant.tensor)
  const isOfFeatures = ofChannels === undefined && isFeatureWise(graph, given, constant)
  // A map that was flattened, with a number for each of its numbers.
  const value = isOfFeatures ? graph.flattened(operation, given) : given
  const numbers = isOfFeatures ? featureValues(value, constant.tensor) : ofChannels
  if (numbers === undefined) {
    const found = constant.tensor.shape.join(', ')
    return operation.unsupported(`its constant is [${found}], expected one number, or one a channel`)
  }
  const how: Arithmetic = arithmetic[kind]
  if (value.view.node === idOf(graph.input)) return normalised(operation, graph, value, numbers, how)
  const scale = numbers.map(how.scale)
  const shift = numbers.map(how.shift)
  if (![...scale, ...shift].every(Number.isFinite)) return operation.corrupt('it divides by 0 or by what is no number')
  if (scale.every((by) => by === 1)) {
    if (shift.every((by) => by === 0)) return value
    const biased = kind === 'add' ? withOwnBias(operation, graph, value, constant) : undefined
    if (biased !== undefined) return biased
  }
  const [by = 1] = numbers
  return numbers.length === 1
    ? applied(operation, graph, value, { name: 'affine', scale: how.scale(by), shift: how.shift(by) })
    : perChannel(operation, graph, value, scale, shift)
}

function isFeatureWise(graph: GraphImport, { view }: ViewValue, { tensor }: WeightsValue): boolean {
  const [, features] = extentsOf(view)
  const isVector = tensor.shape.every((extent, axis) => extent === 1 || axis === tensor.shape.length - 1)
  const isImage = view.node === idOf(graph.input)
  return view.axes.length === 2 && !isImage && isVector && tensor.shape.at(-1) === features
}

/** (x - mean) / deviation, while `value` is the image itself. */
function normalised(
  operation: OperatorCall,
  graph: GraphImport,
  value: ViewValue,
  numbers: Float32Array,
  { normalise }: Arithmetic,
): ViewValue {
  const { channels } = graph.inputShape
  const { mean, deviation } = value.normalisation ?? {
    mean: new Array<number>(channels).fill(0),
    deviation: new Array<number>(channels).fill(1),
  }
  const changed = mean.map((own, channel) => {
    return normalise(own, deviation[channel] ?? 1, numbers[numbers.length === 1 ? 0 : channel] ?? NaN)
  })
  if (!changed.flat().every(Number.isFinite) || changed.some(([, own]) => own === 0)) {
    return operation.corrupt('it normalises the images by 0 or by what is no number')
  }
  return { ...value, normalisation: { mean: changed.map(([own]) => own), deviation: changed.map(([, own]) => own) } }
}

/** A constant behind a layer without a bias of its own, when nobody else looks at the layer. */
function withOwnBias(
  operation: OperatorCall,
  graph: GraphImport,
  value: ViewValue,
  constant: WeightsValue,
): ViewValue | undefined {
  const { node } = value.view
  return graph.isUsedOnce(operation, node) ? withBias(operation, graph, node, constant) : undefined
}

/** A batch-norm whose statistics are those of nothing: x times scale plus shift. One that is there takes it over. */
function perChannel(
  operation: OperatorCall,
  graph: GraphImport,
  value: ViewValue,
  scale: Float32Array,
  shift: Float32Array,
): ViewValue {
  const before = graph.node(value.view.node)
  graph.notes.count('normalised')
  if (before.op === 'batch-norm' && graph.isUsedOnce(operation, before.id)) {
    graph.change(`${before.prefix}.weight`, (own, at) => own * (scale[at] ?? 1))
    graph.change(`${before.prefix}.bias`, (own, at) => own * (scale[at] ?? 1) + (shift[at] ?? 0))
    return value
  }
  const prefix = freePrefix(graph, operation.output)
  const parts = [
    { part: 'weight', role: 'bn-weight', values: scale },
    { part: 'bias', role: 'bn-bias', values: shift },
    { part: 'running_mean', role: 'bn-mean', values: new Float32Array(scale.length) },
    { part: 'running_var', role: 'bn-variance', values: new Float32Array(scale.length).fill(1) },
  ] as const
  for (const { part, role, values } of parts) {
    const name = `${prefix}.${part}`
    graph.parameter(operation, { name, shape: [values.length], role, key: `${prefix} ${part}`, values: () => values })
  }
  return graph.pointwise(operation, value, (id, input) => ({ op: 'batch-norm', id, input, prefix, epsilon: 0 }))
}
