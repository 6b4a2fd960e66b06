/**
 * A network of one's own, as data: what the zoo's code says of its networks, written down. It is kept with the weights
 * (docs/format.md) and comes from files: parse, never trust. What a schema cannot say, `networks/own-graph.ts` checks.
 */
import { z } from 'zod'
import { activationSchema } from './activation.ts'

/** Of the description. A reader refuses any other. */
export const networkGraphVersion = 1

/** Identifiers of such networks begin so; none of the zoo's does. A digest of the description follows. */
export const ownGraphPrefix = 'graph-'

/** Whether an identifier names a network of its own, which only its file describes. */
export function isOwnGraph(architecture: string): boolean {
  return architecture.startsWith(ownGraphPrefix)
}

const name = z.string().min(1).max(1000)
const extent = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
const pair = z.tuple([extent, extent])
/** Pixels around a map. */
const margin = z.int().min(0).max(4096)
const margins = z.tuple([margin, margin])
const input = { id: name, input: name }
const window = { kernel: pair, stride: pair, padding: margins, isRoundedUp: z.boolean() }

/** The nodes of src/networks/network.ts; what they mean stands there. */
const nodeSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('input'), id: name }),
  z.strictObject({
    op: z.literal('conv'),
    ...input,
    weight: name,
    bias: name.exactOptional(),
    stride: pair,
    padding: margins,
    dilation: pair,
    groups: extent,
  }),
  z.strictObject({ op: z.literal('batch-norm'), ...input, prefix: name, epsilon: z.number().min(0).max(1) }),
  z.strictObject({ op: z.literal('relu'), ...input }),
  z.strictObject({ op: z.literal('relu6'), ...input }),
  z.strictObject({ op: z.literal('leaky-relu'), ...input, slope: z.number() }),
  z.strictObject({ op: z.literal('sigmoid'), ...input }),
  z.strictObject({ op: z.literal('hard-swish'), ...input }),
  z.strictObject({ op: z.literal('activation'), ...input, function: activationSchema }),
  z.strictObject({ op: z.literal('prelu'), ...input, slope: name }),
  z.strictObject({ op: z.literal('one-pixel'), ...input }),
  z.strictObject({ op: z.literal('add'), id: name, inputs: z.tuple([name, name]) }),
  z.strictObject({ op: z.literal('multiply'), id: name, inputs: z.tuple([name, name]) }),
  z.strictObject({ op: z.literal('pad'), ...input, channels: margins, rows: margins, columns: margins }),
  z.strictObject({ op: z.literal('subsample-pad'), ...input, channelsBefore: margin, channelsAfter: margin }),
  z.strictObject({ op: z.literal('concat'), id: name, inputs: z.array(name).min(1).max(4096) }),
  z.strictObject({ op: z.literal('channel-slice'), ...input, start: z.int().min(0), channels: extent }),
  z.strictObject({ op: z.literal('channel-shuffle'), ...input, groups: extent }),
  z.strictObject({ op: z.literal('max-pool'), ...input, ...window }),
  z.strictObject({ op: z.literal('average-pool'), ...input, ...window, countsPadding: z.boolean() }),
  z.strictObject({ op: z.literal('adaptive-average-pool'), ...input, size: pair }),
  z.strictObject({ op: z.literal('global-average-pool'), ...input }),
  z.strictObject({ op: z.literal('flatten'), ...input }),
  z.strictObject({
    op: z.literal('dropout'),
    ...input,
    probability: z.number().min(0).lt(1),
    shape: z.array(extent).max(3),
  }),
  z.strictObject({ op: z.literal('linear'), ...input, weight: name, bias: name.exactOptional() }),
])

export const networkGraphSchema = z.strictObject({
  version: z.literal(networkGraphVersion),
  title: z.string().min(1).max(200),
  inputShape: z.strictObject({
    /** Red, green and blue. */
    channels: z.literal(3),
    height: extent.max(4096),
    width: extent.max(4096),
  }),
  classes: extent.max(1_000_000),
  /** In state dict order. */
  parameters: z
    .array(
      z.strictObject({
        name,
        shape: z.array(extent).min(1).max(4),
        role: z.enum([
          'conv-weight',
          'conv-bias',
          'bn-weight',
          'bn-bias',
          'bn-mean',
          'bn-variance',
          'linear-weight',
          'linear-bias',
          'prelu-slope',
        ]),
      }),
    )
    .max(1_000_000),
  /** Every node after those it reads. */
  nodes: z.array(nodeSchema).min(1).max(100_000),
  output: name,
  /** Weights of the convolutions that a predictor represents, in the order of their layer coordinate. */
  representedLayers: z.array(name).min(1).max(100_000),
  /** Nodes whose maps feature-map distillation compares. */
  featureMaps: z.array(name).max(100_000),
})
export type NetworkGraph = z.infer<typeof networkGraphSchema>
