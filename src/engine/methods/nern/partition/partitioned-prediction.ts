/**
 * Many small predictors of equal width, each of its own kernels. Those of a group have as many kernels each, so that a
 * layer of all of them is one batched product. Groups share no parameters: gradients are computed group by group, and a
 * step holds the activations of one of them at a time.
 */
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { named } from '#engine/program/named.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { EmbeddingTables } from '../embedding-tables.ts'
import type { Prediction, SummedGradients, SumOverRows } from '../prediction.ts'
import { predictorInput, predictorParameter, type PredictorShape, type RowsOf } from '../predictor.ts'
import { after } from '../programs/in-sequence.ts'
import { partGroups, sharesOf, type PartGroup } from './parts.ts'

export class PartitionedPrediction implements Prediction {
  readonly #tables: EmbeddingTables
  readonly #shape: PredictorShape
  readonly #parts: readonly number[]
  readonly #names: readonly string[]

  /** @param parts kernels of each part, in the order of all kernels */
  constructor(tables: EmbeddingTables, shape: PredictorShape, parts: readonly number[], names: readonly string[]) {
    this.#tables = tables
    this.#shape = shape
    this.#parts = parts
    this.#names = names
  }

  rows(tensors: NamedTensors): tf.Tensor2D {
    return this.rowsInParts(tensors)
  }

  rowsInParts(tensors: NamedTensors, kernels?: tf.Tensor1D): tf.Tensor2D {
    const groups = this.#groups(kernels)
    const parameters = this.#parametersOf(tensors, groups)
    const rows = groups.map((group, at) =>
      this.#rowsOfGroup({ ...tensors, ...parameters[at] }, group, chosenOf(group, kernels)),
    )
    return rows.length === 1 && rows[0] !== undefined ? rows[0] : tf.concat(rows)
  }

  gradients(
    tensors: NamedTensors,
    parameters: readonly string[],
    kernels: tf.Tensor1D | undefined,
    build: SumOverRows,
  ): SummedGradients {
    const groups = this.#groups(kernels)
    const parametersOf = this.#parametersOf(tensors, groups)
    const found: SummedGradients[] = []
    groups.forEach((group, at) => {
      const earlier = found.at(-1)
      const own = parametersOf[at] ?? {}
      const first = predictorParameter(0, 'weight')
      // Everything of a group depends on its first weights, so nothing of it is computed before the gradients of the last one.
      const started =
        earlier === undefined ? own : { ...own, [first]: after(named(own, first), Object.values(earlier.gradients)) }
      const rowsOf = chosenOf(group, kernels)
      const { loss, gradients } = lossGradients({ ...tensors, ...started }, parameters, (given) => ({
        loss: build(this.#rowsOfGroup(given, group, rowsOf), rowsOf),
        outputs: {},
      }))
      found.push({ sum: loss, gradients })
    })
    return {
      sum: tf.addN(found.map(({ sum }) => sum)),
      gradients: Object.fromEntries(
        parameters.map((name) => [name, tf.concat(found.map(({ gradients }) => named(gradients, name)))]),
      ),
    }
  }

  inputProducts(tensors: NamedTensors, block: number, kernels: tf.Tensor1D): tf.Tensor3D {
    const groups = this.#groups(kernels)
    const parameters = this.#parametersOf(tensors, groups)
    return tf.concat(
      groups.map((group, at) => {
        const given = { ...tensors, ...parameters[at] }
        const input = this.#activation(given, group, chosenOf(group, kernels), block)
        const extended = tf.concat([input, tf.ones([group.parts, group.kernels, 1])], 2)
        return tf.div<tf.Tensor3D>(tf.matMul(extended, extended, true, false), group.kernels)
      }),
    )
  }

  #groups(kernels: tf.Tensor1D | undefined): readonly PartGroup[] {
    const counts = kernels === undefined ? this.#parts : sharesOf(this.#parts, kernels.size)
    return partGroups(counts, this.#shape.hiddenSize)
  }

  /** Parameters of each group by name. A split, not slices: its gradient is one concatenation. */
  #parametersOf(tensors: NamedTensors, groups: readonly PartGroup[]): readonly NamedTensors[] {
    if (groups.length === 1) return [tensors]
    const entries = this.#names.map((name) => {
      const tensor = named(tensors, name)
      const rows = (tensor.shape[0] ?? 0) / this.#parts.length
      return [
        name,
        tf.split(
          tensor,
          groups.map(({ parts }) => parts * rows),
        ),
      ] as const
    })
    return groups.map((_, at) =>
      Object.fromEntries(
        entries.flatMap(([name, split]) => {
          const own = split[at]
          return own === undefined ? [] : [[name, own] as const]
        }),
      ),
    )
  }

  /** [kernels of the group, K * K] */
  #rowsOfGroup(tensors: NamedTensors, group: PartGroup, rowsOf: RowsOf): tf.Tensor2D {
    const last = this.#shape.blocks - 1
    const rows = linear(tensors, last, group, this.#activation(tensors, group, rowsOf, last))
    return tf.reshape(rows, [group.parts * group.kernels, this.#shape.outputs])
  }

  /** Input of linear layer `block`, [parts, kernels of each, columns]. */
  #activation(tensors: NamedTensors, group: PartGroup, rowsOf: RowsOf, block: number): tf.Tensor3D {
    const input = predictorInput(tensors, this.#tables, rowsOf)
    let activation: tf.Tensor3D = tf.reshape(input, [group.parts, group.kernels, this.#shape.inputs])
    for (let at = 0; at < block; at++) activation = tf.relu(linear(tensors, at, group, activation))
    return activation
  }
}

/** How a group takes its kernels' rows of a table. */
function chosenOf({ firstKernel, parts, kernels }: PartGroup, chosen: tf.Tensor1D | undefined): RowsOf {
  const count = parts * kernels
  if (chosen === undefined) {
    return (table) => (table.shape[0] === count ? table : tf.slice(table, firstKernel, count))
  }
  const own = chosen.size === count ? chosen : tf.slice1d(chosen, firstKernel, count)
  return (table) => tf.gather(table, own)
}

/** Linear layer `block` of every part of a group. */
function linear(tensors: NamedTensors, block: number, { parts }: PartGroup, input: tf.Tensor3D): tf.Tensor3D {
  const weight = named(tensors, predictorParameter(block, 'weight'))
  const [rows = 0, columns = 0] = weight.shape
  const batched = tf.reshape<tf.Rank.R3>(weight, [parts, rows / parts, columns])
  const bias = tf.reshape(named(tensors, predictorParameter(block, 'bias')), [parts, 1, rows / parts])
  return tf.add(tf.matMul(input, batched, false, true), bias)
}
