import type { KernelMethod } from '../direct/kernel-method.ts'
import { keptWeights, storedSparsely } from './magnitude-pruning.ts'

export const pruning: KernelMethod = {
  plan: (kernels, config) => ({ masks: keptWeights(kernels, config.pruning.kept) }),
  compress: (kernels, config, plan) => storedSparsely(kernels, plan.masks, config.pruning.values),
}
