import { Random } from '#shared/basics/random.ts'
import { eachLayer, type KernelMethod } from '../direct/kernel-method.ts'
import { shareWeights } from './weight-sharing.ts'

export const weightSharing: KernelMethod = {
  compress(kernels, config) {
    const random = Random.fromSeed(config.seed, 'weight sharing')
    return eachLayer(kernels, (tensor) => shareWeights(tensor, config.weightSharing, random))
  },
}
