/** The operators that are read, and what to do about some that are not. */
import type { Operator } from '../graph-import.ts'
import { activationOperators } from './activations.ts'
import { arrangementOperators } from './arrangement.ts'
import { constantOperators } from './constants.ts'
import { elementwiseOperators } from './elementwise.ts'
import { endingOperators } from './endings.ts'
import { layerOperators } from './layers.ts'
import { poolingOperators } from './pooling.ts'
import { quantisationOperators } from './quantisation.ts'

export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...layerOperators,
    ...poolingOperators,
    ...activationOperators,
    ...elementwiseOperators,
    ...arrangementOperators,
    ...endingOperators,
    ...quantisationOperators,
    ...constantOperators,
  }),
)

const quantised =
  'This graph computes with integers. Export the float network instead, or quantise it in the QDQ format (QuantFormat.QDQ of onnxruntime.quantization), which is read.'
const fused =
  'This graph was optimised for one runtime. Use the graph as it was exported, before the optimisation (graph_optimization_level basic at most).'
const normalised =
  'Networks that normalise by the statistics of each image (layer, group or instance norm) are not read; one with batch normalisation is.'

const advice: Readonly<Record<string, string>> = {
  ConvInteger: quantised,
  DynamicQuantizeLinear: quantised,
  MatMulInteger: quantised,
  QLinearConv: quantised,
  QLinearMatMul: quantised,
  InstanceNormalization: normalised,
  GroupNormalization: normalised,
  LayerNormalization: normalised,
}

/** What a user can do about an operator that is not read. */
export function remedyFor(op: string): string {
  const known = `Known operators: ${[...operators.keys()].sort().join(', ')}.`
  const isQuantised = op.startsWith('com.microsoft.QLinear')
  const own = Object.hasOwn(advice, op) ? advice[op] : undefined
  if (own !== undefined || isQuantised) return own ?? quantised
  if (op.startsWith('com.microsoft.')) return fused
  return `Export the network without it, or import its weights alone if the studio knows the architecture. ${known}`
}
