/**
 * Losses of all kernels and the predictor's gradient, sampled or not: the inside of a full step (method 3 and 4.2).
 * Back-propagation has two stages. The predicted weights are leaves, so the network's backward pass ends in one
 * gradient row a kernel; only the sampled rows then go through the predictor, m times for a kernel drawn m times.
 */
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { networkForward, type ForwardResult } from '#engine/network/forward.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMatrix } from '#engine/network/tensor-rank.ts'
import type { Network } from '#networks/network.ts'
import { scalarTensor, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { assembleWeights } from '../kernels.ts'
import { distillationLoss, type DistillationForm } from '../../../training/losses/distillation.ts'
import { featureMapLoss } from '../../../training/losses/feature-maps.ts'
import type { ObjectiveWeights } from '../../../training/losses/objective.ts'
import { reconstructionLoss, type ReconstructionForm } from '../../../training/losses/reconstruction.ts'
import { named } from '../../../program/named.ts'
import type { Representation } from '../representation.ts'
import { meanOverParts, type ImageBatch, type RowGradients } from './image-parts.ts'
import { reconstructionTerms } from './reconstruction-inputs.ts'

export interface DistillationOptions {
  readonly network: Network
  /** Which maps are compared; `none` leaves the term out. */
  readonly featureMaps: 'faithful' | 'documented' | 'none'
  /** Of the divergence of logits; `none` leaves the term out. */
  readonly form: DistillationForm | 'none'
  readonly temperature: number
  /** Whether the original network's logits come with the images, so that it need not run: only without feature maps. */
  readonly hasOriginalLogits?: boolean
}

export interface ObjectiveOptions {
  readonly representation: Representation
  /** The form the targets among the constants were made for. */
  readonly form: ReconstructionForm
  /** Left out: reconstruction alone, without images and networks. */
  readonly distillation?: DistillationOptions
}

export interface ObjectiveGradients {
  /** `loss`, `reconstructionLoss` and, of the terms that are not left out, `featureMapLoss` and `distillationLoss`; all []. */
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
 * @param batch needed with distillation
 */
export function objectiveGradients(
  tensors: NamedTensors,
  options: ObjectiveOptions,
  batch?: ImageBatch,
): ObjectiveGradients {
  const { prediction } = options.representation
  // The runtime sees that the rows are computed twice, and computes them once.
  const { losses, rowGradients } = rowGradientsOfBatch(tensors, options, prediction.rows(tensors), batch)
  return { losses, gradients: parameterGradients(tensors, options, rowGradients) }
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
  batch?: ImageBatch,
  rows: tf.Tensor2D = options.representation.prediction.rowsInParts(tensors),
): SampledGradients {
  const { losses, rowGradients } = rowGradientsOfBatch(tensors, options, rows, batch)
  return { losses, gradients: parameterGradients(tensors, options, rowGradients, kernels), rows }
}

/** Gradients by the predictor's parameters out of those by its rows. @param kernels int32 [n]; all when left out */
function parameterGradients(
  tensors: NamedTensors,
  { representation: { prediction, parameterSpecs } }: ObjectiveOptions,
  rowGradients: tf.Tensor,
  kernels?: tf.Tensor1D,
): NamedTensors {
  const { gradients } = prediction.gradients(tensors, Object.keys(parameterSpecs), kernels, (predicted, rowsOf) =>
    tf.sum(tf.mul(predicted, rowsOf(rowGradients))),
  )
  return gradients
}

function rowGradientsOfBatch(
  tensors: NamedTensors,
  options: ObjectiveOptions,
  rows: tf.Tensor2D,
  batch?: ImageBatch,
): RowGradients {
  if (batch === undefined) return rowGradientsOf(objectiveOf(tensors, options), rows)
  return meanOverParts(batch, (part) => rowGradientsOf(objectiveOf(tensors, options, part), rows))
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
export function objectiveOf(tensors: NamedTensors, options: ObjectiveOptions, batch?: ImageBatch): Objective {
  const { representation, form, distillation } = options
  const { table } = representation
  const weighted = (loss: tf.Scalar, weight: string): tf.Scalar => tf.mul(loss, named(tensors, `objective.${weight}`))
  const compare = distillation === undefined ? undefined : comparison(tensors, distillation, batch)
  return (predicted) => {
    const reconstruction = reconstructionLoss(form, reconstructionTerms(tensors, predicted), table.weights)
    const terms = compare === undefined ? [] : compare({ ...tensors, ...assembleWeights(predicted, table) })
    const alone = weighted(reconstruction, 'reconstruction')
    const loss = terms.reduce((sum, term) => tf.add(sum, weighted(term.loss, term.weight)), alone)
    const outputs = Object.fromEntries(terms.map((term) => [term.output, term.loss]))
    return { loss, outputs: { reconstructionLoss: reconstruction, ...outputs } }
  }
}

/** A term of the objective that compares the two networks on images. */
interface ComparedTerm {
  readonly weight: 'featureMaps' | 'distillation'
  readonly output: 'featureMapLoss' | 'distillationLoss'
  readonly loss: tf.Scalar
}

/** The compared terms as a function of all parameters of the reconstructed network. */
function comparison(
  tensors: NamedTensors,
  { network, featureMaps, form, temperature, hasOriginalLogits = false }: DistillationOptions,
  batch: ImageBatch | undefined,
): (parameters: NamedTensors) => readonly ComparedTerm[] {
  if (batch === undefined) throw new RangeError('distillation needs images')
  const comparesMaps = featureMaps !== 'none'
  if (comparesMaps && hasOriginalLogits) throw new RangeError('feature maps need the original network to run')
  const forward = (parameters: NamedTensors): ForwardResult =>
    networkForward(network, parameters, batch.images, {
      mode: 'inference',
      ...(comparesMaps ? { featureMaps } : {}),
    })
  const original = hasOriginalLogits ? { logits: givenLogits(batch), featureMaps: [] } : forward(tensors)
  return (parameters) => {
    const reconstructed = forward(parameters)
    const terms: ComparedTerm[] = []
    if (comparesMaps) {
      const loss = featureMapLoss(original.featureMaps, reconstructed.featureMaps)
      terms.push({ weight: 'featureMaps', output: 'featureMapLoss', loss })
    }
    if (form !== 'none') {
      const loss = distillationLoss(original.logits, reconstructed.logits, form, temperature)
      terms.push({ weight: 'distillation', output: 'distillationLoss', loss })
    }
    return terms
  }
}

function givenLogits({ originalLogits }: ImageBatch): tf.Tensor2D {
  if (originalLogits === undefined) throw new RangeError('the original logits were to come with the images')
  return originalLogits
}
