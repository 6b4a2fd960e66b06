/**
 * Losses of all kernels and the predictor's gradient, sampled or not: the inside of a full step (method 3 and 4.2).
 * Back-propagation has two stages. The predicted weights are leaves, so the network's backward pass ends in one
 * gradient row a kernel; only the sampled rows then go through the predictor, m times for a kernel drawn m times.
 */
import { lossGradients } from '#engine/loss-gradients.ts'
import { networkForward, type ForwardResult } from '#engine/network-program.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMatrix } from '#engine/tensor-rank.ts'
import type { Network } from '#networks/network.ts'
import { scalarTensor, type HostTensors, type TensorSpecs } from '#shared/host-tensor.ts'
import { assembleWeights } from '../kernels.ts'
import { distillationLoss, type DistillationForm } from '../losses/distillation.ts'
import { featureMapLoss } from '../losses/feature-maps.ts'
import type { ObjectiveWeights } from '../losses/objective.ts'
import { reconstructionLoss, type ReconstructionForm } from '../losses/reconstruction.ts'
import { named } from '../named.ts'
import { predict, predictInParts } from '../predictor.ts'
import type { Representation } from '../representation.ts'
import { meanOverParts, type RowGradients } from './image-parts.ts'
import { gradientsInParts } from './kernel-parts.ts'
import { reconstructionTerms } from './reconstruction-inputs.ts'

export interface DistillationOptions {
  readonly network: Network
  readonly featureMaps: 'faithful' | 'documented'
  readonly form: DistillationForm
  readonly temperature: number
}

export interface ObjectiveOptions {
  readonly representation: Representation
  /** The form the targets among the constants were made for. */
  readonly form: ReconstructionForm
  /** Left out: reconstruction alone, without images and networks. */
  readonly distillation?: DistillationOptions
}

export interface ObjectiveGradients {
  /** `loss`, `reconstructionLoss` and, with distillation, `featureMapLoss` and `distillationLoss`; all []. */
  readonly losses: NamedTensors
  /** Of the weighted sum, by predictor parameter. */
  readonly gradients: NamedTensors
}

export interface SampledGradients extends ObjectiveGradients {
  /** Rows of all kernels the losses are of, [kernels, K * K]. */
  readonly rows: tf.Tensor2D
}

/** Specs of the inputs `objective.<term>`: the weights of the terms at this step. */
export const objectiveInputSpecs: TensorSpecs = {
  'objective.reconstruction': { shape: [], dtype: 'float32' },
  'objective.featureMaps': { shape: [], dtype: 'float32' },
  'objective.distillation': { shape: [], dtype: 'float32' },
}

export function objectiveInputs(weights: ObjectiveWeights): HostTensors {
  return {
    'objective.reconstruction': scalarTensor(weights.reconstruction),
    'objective.featureMaps': scalarTensor(weights.featureMaps),
    'objective.distillation': scalarTensor(weights.distillation),
  }
}

/**
 * Gradient through all kernels.
 * @param tensors predictor parameters, constants of tables and targets, `objective.*`; with distillation the original
 *   network's parameters under their names
 * @param images normalised [B, C, H, W]; needed with distillation
 */
export function objectiveGradients(
  tensors: NamedTensors,
  options: ObjectiveOptions,
  images?: tf.Tensor4D,
): ObjectiveGradients {
  const { tables, predictor, parameterSpecs } = options.representation
  const rowsOf = (given: NamedTensors): tf.Tensor2D => predict(given, tables, predictor.blocks)
  // The runtime sees that the rows are computed twice, and computes them once.
  const { losses, rowGradients } = rowGradientsOfBatch(tensors, options, rowsOf(tensors), images)
  const { gradients } = lossGradients(tensors, Object.keys(parameterSpecs), (given) => ({
    loss: tf.sum(tf.mul(rowsOf(given), rowGradients)),
    outputs: {},
  }))
  return { losses, gradients }
}

/**
 * The same losses, and the gradient through sampled kernels.
 * @param kernels int32 [n]
 * @param rows of all kernels [kernels, K * K]; predicted when left out
 */
export function sampledGradients(
  tensors: NamedTensors,
  options: ObjectiveOptions,
  kernels: tf.Tensor1D,
  images?: tf.Tensor4D,
  rows: tf.Tensor2D = predictInParts(tensors, options.representation.tables, options.representation.predictor.blocks),
): SampledGradients {
  const { tables, predictor, parameterSpecs } = options.representation
  const { losses, rowGradients } = rowGradientsOfBatch(tensors, options, rows, images)
  const parameters = Object.keys(parameterSpecs)
  const { gradients } = gradientsInParts(tensors, parameters, kernels, predictor.hiddenSize, (given, part) =>
    tf.sum(tf.mul(predict(given, tables, predictor.blocks, part), tf.gather(rowGradients, part))),
  )
  return { losses, gradients, rows }
}

function rowGradientsOfBatch(
  tensors: NamedTensors,
  options: ObjectiveOptions,
  rows: tf.Tensor2D,
  images?: tf.Tensor4D,
): RowGradients {
  if (images === undefined) return rowGradientsOf(objectiveOf(tensors, options), rows)
  return meanOverParts(images, (part) => rowGradientsOf(objectiveOf(tensors, options, part), rows))
}

type Objective = (predicted: tf.Tensor2D) => { readonly loss: tf.Scalar; readonly outputs: NamedTensors }

/** Gradient of the objective by the predicted rows, [kernels, K * K]. */
export function rowGradientsOf(objective: Objective, predicted: tf.Tensor2D): RowGradients {
  const { loss, gradients, outputs } = lossGradients({ predicted }, ['predicted'], (given) =>
    objective(asMatrix(named(given, 'predicted'))),
  )
  return { losses: { loss, ...outputs }, rowGradients: named(gradients, 'predicted') }
}

/** The weighted sum as a function of the predicted rows; the original network has run once, outside of it. */
export function objectiveOf(tensors: NamedTensors, options: ObjectiveOptions, images?: tf.Tensor4D): Objective {
  const { representation, form, distillation } = options
  const { table } = representation
  const weighted = (loss: tf.Scalar, term: string): tf.Scalar => tf.mul(loss, named(tensors, `objective.${term}`))
  const forward = (parameters: NamedTensors): ForwardResult => {
    if (distillation === undefined || images === undefined) throw new RangeError('distillation needs images')
    const { network, featureMaps } = distillation
    return networkForward(network, parameters, images, { mode: 'inference', featureMaps })
  }
  const original = distillation === undefined ? undefined : forward(tensors)
  return (predicted) => {
    const reconstruction = reconstructionLoss(form, reconstructionTerms(tensors, predicted), table.weights)
    const loss = weighted(reconstruction, 'reconstruction')
    if (distillation === undefined || original === undefined) {
      return { loss, outputs: { reconstructionLoss: reconstruction } }
    }
    const reconstructed = forward({ ...tensors, ...assembleWeights(predicted, table) })
    const maps = featureMapLoss(original.featureMaps, reconstructed.featureMaps)
    const divergence = distillationLoss(
      original.logits,
      reconstructed.logits,
      distillation.form,
      distillation.temperature,
    )
    return {
      loss: tf.add(tf.add(loss, weighted(maps, 'featureMaps')), weighted(divergence, 'distillation')),
      outputs: { reconstructionLoss: reconstruction, featureMapLoss: maps, distillationLoss: divergence },
    }
  }
}
