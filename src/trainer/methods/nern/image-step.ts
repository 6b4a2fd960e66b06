/** A step of the full objective, which runs images through the original and the reconstructed network. */
import { objectiveWeightsAt } from '#engine/training/losses/objective.ts'
import { optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import type { FullStepOptions } from '#engine/methods/nern/programs/full-step.ts'
import { objectiveInputs } from '#engine/methods/nern/programs/objective-gradients.ts'
import { kernelDraw, type Representation } from '#engine/methods/nern/representation.ts'
import type { HostTensor } from '#shared/tensors/host-tensor.ts'
import type { MetricName } from '#shared/measures/metrics.ts'
import type { MetricValues } from '../../measure/metrics.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import { FullSteps } from './full-steps.ts'
import type { ImageInputs } from './image-inputs.ts'
import { areLogitsFixed } from './original-logits.ts'
import { learningRateOf, type Step, type StepOptions } from './step.ts'

export interface ImageStepOptions extends StepOptions {
  readonly original: LoadedNetwork
  /** Of the phase: in the quantisation phase that of the predictor as it is stored. */
  readonly representation: Representation
  readonly rounding: Pick<FullStepOptions, 'quantisation' | 'frozen' | 'pruned'>
  readonly images: Pick<ImageInputs, 'next'>
}

export function imageStep(options: ImageStepOptions): Step {
  const { executor, config, setup, segment, optimizer, sampling, state, original, images } = options
  const { network, parameters } = original
  const { distillation } = config
  const { sampling: kernelSampling } = distillation
  // Where all kernels have a gradient there is nothing to draw.
  const isSampled = kernelSampling.method !== 'all'
  const sampler = isSampled ? kernelDraw(options.representation, setup.targets, kernelSampling) : undefined
  const program = new FullSteps(executor, distillation, {
    representation: options.representation,
    targets: setup.targets,
    form: 'rmse',
    optimizer,
    sampledKernels: sampler?.count ?? 'all',
    ...options.rounding,
    distillation: {
      network,
      parameters,
      batch: distillation.dataBatch,
      featureMaps: distillation.featureMaps,
      form: distillation.distillationForm,
      temperature: distillation.temperature,
      hasOriginalLogits: areLogitsFixed(distillation),
    },
  })
  // The predictor that is rounded has been distilled before: both terms are on from the start.
  const isFirstWithImages = segment.phase === 'distillation'
  const schedule = {
    weights: {
      reconstruction: distillation.reconstructionWeight,
      featureMaps: distillation.featureMapWeight,
      distillation: distillation.distillationWeight,
    },
    warmupSteps: isFirstWithImages ? distillation.warmupSteps : 0,
    rampSteps: isFirstWithImages ? distillation.rampSteps : 0,
  }
  const run = async (phaseStep: number): Promise<MetricValues> => {
    const learningRate = learningRateOf(config, segment, phaseStep)
    const weights = objectiveWeightsAt(schedule, phaseStep)
    const terms = { featureMaps: weights.featureMaps > 0, distillation: weights.distillation > 0 }
    const outputs = await program.run(
      phaseStep,
      terms,
      {
        ...(terms.featureMaps || terms.distillation ? await images.next() : {}),
        ...objectiveInputs(weights),
        ...optimizerInputsAt(optimizer, phaseStep + 1, learningRate),
      },
      sampler?.draw(sampling),
      state,
    )
    return {
      'loss.total': outputs['loss']?.data[0] ?? Number.NaN,
      'loss.reconstruction': outputs['reconstructionLoss']?.data[0] ?? Number.NaN,
      ...lossOf('loss.feature-maps', outputs['featureMapLoss']),
      ...lossOf('loss.distillation', outputs['distillationLoss']),
    }
  }
  return { run, dispose: () => program.dispose() }
}

/** A term that a step leaves out has no value. */
function lossOf(name: MetricName, loss: HostTensor | undefined): MetricValues {
  return loss === undefined ? {} : { [name]: loss.data[0] ?? Number.NaN }
}
