/** The methods that store kernels themselves, in the order of lists. */
import { lowRankMethod } from '../low-rank/method.ts'
import { pruningMethod } from '../pruning/method.ts'
import { quantisationMethod } from '../quantisation/method.ts'
import { weightSharingMethod } from '../weight-sharing/method.ts'
import type { BaselineConfig } from './config.ts'
import type { DirectMethod, DirectMethodDescription } from './direct-method.ts'

export const directMethods: Readonly<Record<DirectMethod, DirectMethodDescription>> = {
  quantisation: quantisationMethod,
  'weight-sharing': weightSharingMethod,
  'low-rank': lowRankMethod,
  pruning: pruningMethod,
}

export function directMethodOf({ method }: BaselineConfig): DirectMethodDescription {
  return directMethods[method]
}
