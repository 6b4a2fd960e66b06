import { eachLayer, type KernelMethod } from '../direct/kernel-method.ts'
import { approximateByLowRank } from './low-rank.ts'

export const lowRank: KernelMethod = {
  compress: (kernels, config) => eachLayer(kernels, (tensor) => approximateByLowRank(tensor, config.lowRank)),
}
