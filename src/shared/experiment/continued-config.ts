import type { CompressConfig } from '../methods/nern/config.ts'

/**
 * The configuration of an experiment that goes on from the predictor of completed run `runId`: everything that gives the
 * predictor its meaning stays, and no phase has steps until it is given some. Other ways of storing it can be tried like
 * this without fitting it again (method 7.2).
 */
export function continued(config: CompressConfig, runId: string): CompressConfig {
  return {
    ...config,
    start: { runId },
    reconstruction: { ...config.reconstruction, steps: 0 },
    distillation: { ...config.distillation, steps: 0 },
    quantisation: { ...config.quantisation, steps: 0 },
  }
}
