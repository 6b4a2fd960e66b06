import { withFewerImages, withHalf, type LighterSteps } from '../../experiment/lighter-steps.ts'
import type { CompressConfig } from './config.ts'

/** Phases that say which kernels take part in a step. */
const sampledPhases = ['reconstruction', 'distillation'] as const

/** What a phase holds most of comes first; a smaller predictor is another network, and comes last. */
export function nernLighter(config: CompressConfig, phase = ''): readonly LighterSteps<CompressConfig>[] {
  const sampled = sampledPhases.find((name) => phase.startsWith(name))
  return [
    ...(looksAtImages(config) && sampled !== 'reconstruction' ? withFewerImages(config) : []),
    ...(sampled === undefined ? [] : withFewerKernels(config, sampled)),
    ...withHalf(
      config.predictor.hiddenSize,
      (half) => `a hidden size of ${half}`,
      (hiddenSize) => ({ ...config, predictor: { ...config.predictor, hiddenSize } }),
    ),
  ]
}

function looksAtImages({ distillation, quantisation }: CompressConfig): boolean {
  return distillation.steps + quantisation.steps > 0
}

/** Half of those sampled; where all take part in a step, as many as would be sampled. */
function withFewerKernels(
  config: CompressConfig,
  phase: (typeof sampledPhases)[number],
): readonly LighterSteps<CompressConfig>[] {
  const { sampling } = config[phase]
  const from = sampling.method === 'all' ? 2 * sampling.kernels : sampling.kernels
  const method = sampling.method === 'all' ? 'uniform' : sampling.method
  return withHalf(
    from,
    (half) => `${half} kernels a step`,
    (kernels) => ({ ...config, [phase]: { ...config[phase], sampling: { method, kernels } } }),
  )
}
