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
import { predict, predictAll } from '../predictor.ts'
import type { Representation } from '../representation.ts'
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
 * @param tensors predictor parameters, constants of tables and targets, `objective.*`; with distillation the original
 *   network's parameters under their names
 * @param images normalised [B, C, H, W]; needed with distillation
 * @param kernels int32 [n] that get a gradient; all when left out
 */
export function objectiveGradients(
  tensors: NamedTensors,
  options: ObjectiveOptions,
  images?: tf.Tensor4D,
  kernels?: tf.Tensor1D,
): ObjectiveGradients {
  const { tables, predictor, parameterSpecs } = options.representation
  const parameters = Object.keys(parameterSpecs)
  const objective = objectiveOf(tensors, options, images)
  if (kernels === undefined) {
    const { loss, gradients, outputs } = lossGradients(tensors, parameters, (given) =>
      objective(predict(given, tables, predictor.blocks)),
    )
    return { losses: { loss, ...outputs }, gradients }
  }
  const predicted = predictAll(tensors, tables, predictor.blocks)
  const { losses, rowGradients } = rowGradientsOf(objective, predicted)
  const { gradients } = gradientsInParts(tensors, parameters, kernels, predictor.hiddenSize, (given, part) =>
    tf.sum(tf.mul(predict(given, tables, predictor.blocks, part), tf.gather(rowGradients, part))),
  )
  return { losses, gradients }
}

type Objective = (predicted: tf.Tensor2D) => { readonly loss: tf.Scalar; readonly outputs: NamedTensors }

/** Gradient of the objective by the predicted rows, [kernels, K * K]. */
export function rowGradientsOf(
  objective: Objective,
  predicted: tf.Tensor2D,
): { readonly losses: NamedTensors; readonly rowGradients: tf.Tensor } {
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
