/** The optimiser an experiment configuration asks for. */
import type { OptimizerConfig } from '#shared/experiment/config-fields.ts'
import { assertNever } from '#shared/basics/result.ts'
import { adam } from './adam.ts'
import { muon } from './muon.ts'
import type { Optimizer } from './optimizer.ts'
import { publishedRanger, ranger } from './ranger.ts'

/** Of the hidden matrices; `beta1` and `beta2` belong to the Adam tensors. */
const muonMomentum = 0.95
/** The matrices stand four times the learning rate of the Adam tensors. */
const muonAdamShare = 0.25

/** @param matrices the predictor's hidden matrices, for Muon; each holds as many as there are `parts` */
export function createOptimizer(config: OptimizerConfig, matrices: readonly string[], parts = 1): Optimizer {
  switch (config.type) {
    case 'adam':
      return adam(config)
    case 'ranger':
      return ranger({ ...config, ...publishedRanger })
    case 'muon':
      return muon({ ...config, momentum: muonMomentum, adamShare: muonAdamShare, matrices, parts })
    default:
      return assertNever(config.type)
  }
}
