/** When a run's predictor is pruned. */
import { prunedByMagnitude } from '#engine/methods/nern/predictor-pruning.ts'
import { hiddenMatrices } from '#engine/methods/nern/predictor.ts'
import { phaseNames, type PhaseName } from '#shared/methods/nern/phases.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'

/** Names of the matrices that lose weights; none without pruning. */
export function prunedMatrices({ predictor, storage }: CompressConfig): readonly string[] {
  return storage.pruning === 0 ? [] : hiddenMatrices(predictor.blocks)
}

/** Whether a phase trains the predictor with its pruned weights held at zero. */
export function isPrunedIn(phase: PhaseName, { storage }: CompressConfig): boolean {
  if (storage.pruning === 0 || storage.pruneBefore === 'storing') return false
  return phaseNames.indexOf(phase) >= phaseNames.indexOf(storage.pruneBefore)
}

/** The predictor of so many parts as it is stored, or trained on in a phase that `isPrunedIn`. */
export function prunedPredictor(predictor: HostTensors, config: CompressConfig, parts = 1): HostTensors {
  return prunedByMagnitude(predictor, prunedMatrices(config), config.storage.pruning, parts)
}
