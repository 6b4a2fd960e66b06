import { bitsPerWeight, isIntegerPrecision, type NetworkShape, type SizeBreakdown } from '#shared/package/accounting.ts'
import { phaseNames, plannedSteps, segmentsOf, type PhaseName } from '#shared/methods/nern/phases.ts'
import { partCount, shapeUnder } from '#shared/methods/nern/accounting.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { formatCount } from '../format/format.ts'

/** Of the kernels of a part in a step: with fewer the steps of a fit are noise for the most part. */
const fewestOfPart = 384

/** Allowed, but probably not what is meant: one sentence each. `sizes` and `network` only where a network is chosen. */
export function adviseOnPredictor(
  config: CompressConfig,
  sizes?: SizeBreakdown,
  network?: NetworkShape,
): readonly string[] {
  const advice: string[] = []
  const { distillation, quantisation, storage } = config
  if (plannedSteps(config) === 0 && config.start === undefined)
    advice.push('No phase has steps: the predictor would stay random.')
  if (quantisation.steps > 0 && !isIntegerPrecision(storage.predictor)) {
    advice.push('The quantisation phase needs a predictor that is stored as integers.')
  }
  if (quantisation.steps === 0 && isIntegerPrecision(storage.predictor) && bitsPerWeight(storage.predictor) < 8) {
    advice.push('Below 8 bits a predictor that is only rounded loses much accuracy: give the quantisation phase steps.')
  }
  if (storage.pruning > 0) {
    const first = storage.pruneBefore === 'storing' ? phaseNames.length : phaseNames.indexOf(storage.pruneBefore)
    if (phaseNames.slice(first).every((name) => config[name].steps === 0)) {
      advice.push('No phase trains the predictor after it is pruned: much accuracy is lost.')
    }
  }
  for (const name of phaseNames) {
    const phase = config[name]
    if (phase.steps === 0) continue
    if (phase.optimizer.schedule !== 'constant' && phase.optimizer.minLearningRate > phase.optimizer.learningRate) {
      advice.push(`In the ${name} phase the final learning rate is above the learning rate: the schedule would rise.`)
    }
    if (phase.optimizer.warmupSteps >= shortestSegment(config, name)) {
      advice.push(
        phase.optimizer.warmupSteps >= phase.steps
          ? `In the ${name} phase the learning-rate warm-up is as long as the phase.`
          : `In the ${name} phase the learning-rate warm-up is as long as a layer has steps: it begins anew with every layer.`,
      )
    }
    if (name !== 'reconstruction' && phase.optimizer.type === 'adam' && phase.optimizer.warmupSteps === 0) {
      advice.push(
        `In the ${name} phase Adam has no warm-up: its first step moves every parameter by the whole learning rate and can undo a good fit.`,
      )
    }
    const sampling = name === 'quantisation' ? distillation.sampling : config[name].sampling
    if (sizes !== undefined && sampling.method === 'uniform' && sampling.kernels >= sizes.kernels) {
      advice.push(`In the ${name} phase the sample is as large as the network: every kernel is used anyway.`)
    }
    const parts = network === undefined ? 1 : partCount(shapeUnder(network, config.representation), config)
    if (parts > 1 && sampling.method !== 'all' && sampling.kernels < fewestOfPart * parts) {
      advice.push(
        `In the ${name} phase a step draws ${formatCount(Math.round(sampling.kernels / parts))} kernels of each of ${formatCount(parts)} parts: from ${formatCount(fewestOfPart)} on a step says enough of a part.`,
      )
    }
  }
  if (distillation.steps > 0 && distillation.warmupSteps >= distillation.steps) {
    advice.push('The objective warm-up is as long as the distillation phase: nothing would be distilled.')
  }
  if (network !== undefined) advice.push(...adviseOnLinearLayers(config, network))
  if (sizes !== undefined && sizes.totalBytes >= sizes.originalBytes) {
    advice.push('The result would be no smaller than the original: lower the hidden size.')
  } else if (sizes !== undefined && sizes.totalBytes >= sizes.baselines.float16Bytes) {
    advice.push('Storing the original in 16-bit floats would be smaller than this.')
  }
  return advice
}

function shortestSegment(config: CompressConfig, phase: PhaseName): number {
  return Math.min(...segmentsOf(config).flatMap((segment) => (segment.phase === phase ? [segment.steps] : [])))
}

/** A linear layer is one kernel a weight: VGG-16 for ImageNet has 124 million of them, and 1.6 million convolution kernels. */
function adviseOnLinearLayers({ representation }: CompressConfig, network: NetworkShape): readonly string[] {
  if (!representation.linearLayers) return []
  const { representedLayers, remainder } = network
  const convolutions = representedLayers.reduce((sum, { shape: [filters, channels] }) => sum + filters * channels, 0)
  const linear = remainder.reduce((sum, { linearShape: [outputs, inputs] = [0, 0] }) => sum + outputs * inputs, 0)
  if (linear <= convolutions) return []
  return [
    `Linear layers add ${formatCount(linear)} kernels of one weight each to the ${formatCount(convolutions)} of the convolutions: steps over all weights take as much longer, and as much more memory.`,
  ]
}
