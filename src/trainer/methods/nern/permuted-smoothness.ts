import { weightsByCoordinate } from '#engine/methods/nern/permutation/network-permutation.ts'
import { networkStatistics } from '#networks/network-statistics.ts'
import { networkSmoothness } from '#shared/network/network-smoothness.ts'
import type { JobResult } from '#shared/protocol/trainer-protocol.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import type { CompressSetup } from './setup.ts'

type CompressJobResult = Extract<JobResult, { kind: 'compress' }>

/** What the permutation did: neighbours in the original network against neighbours by coordinate. */
export function permutedSmoothness(
  { network, parameters }: LoadedNetwork,
  setup: CompressSetup,
): Partial<Pick<CompressJobResult, 'smoothness'>> {
  const { table } = setup.representation
  const { permutations } = setup.permutation
  const before = networkSmoothness(networkStatistics(network, parameters))
  if (before === undefined) return {}
  if (permutations.length === 0) return { smoothness: { original: before, permuted: before } }
  const permuted = { ...parameters, ...weightsByCoordinate(table, permutations, parameters) }
  const after = networkSmoothness(networkStatistics(network, permuted))
  return after === undefined ? {} : { smoothness: { original: before, permuted: after } }
}
