import { lossGradients } from '#engine/training/loss-gradients.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { EmbeddingTables } from './embedding-tables.ts'
import type { Prediction } from './prediction.ts'
import { layerInput, predict, predictInParts, type PredictorShape } from './predictor.ts'
import { gradientsInParts } from './programs/kernel-parts.ts'

/** One predictor of all kernels, as published. */
export function wholePrediction(tables: EmbeddingTables, { blocks, hiddenSize }: PredictorShape): Prediction {
  return {
    rows: (tensors) => predict(tensors, tables, blocks),
    rowsInParts: (tensors, kernels) => predictInParts(tensors, tables, blocks, kernels),
    gradients(tensors, parameters, kernels, build) {
      if (kernels === undefined) {
        const { loss, gradients } = lossGradients(tensors, parameters, (given) => ({
          loss: build(predict(given, tables, blocks), (table) => table),
          outputs: {},
        }))
        return { sum: loss, gradients }
      }
      return gradientsInParts(tensors, parameters, kernels, hiddenSize, (given, part) =>
        build(predict(given, tables, blocks, part), (table) => tf.gather(table, part)),
      )
    },
    inputProducts(tensors, block, kernels) {
      const input = layerInput(tensors, tables, block, kernels)
      const extended = tf.concat([input, tf.ones([kernels.size, 1])], 1)
      const products = tf.div(tf.matMul(extended, extended, true, false), kernels.size)
      return tf.expandDims(products)
    },
  }
}
