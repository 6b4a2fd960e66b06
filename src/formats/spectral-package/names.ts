/** Which tensors a spectral package stands for: each of them once. */
import { batchNormParameters } from '#networks/network.ts'
import type { SpectralLayerEntry } from '#shared/package/spectral-description.ts'

/** Name of the coded bias: of a folded batch norm its shift. */
export function biasNameOf({ folded, bias }: Pick<SpectralLayerEntry, 'folded' | 'bias'>): string | undefined {
  return folded === undefined ? bias : batchNormParameters(folded.prefix)[1]
}

/** Original names of all tensors that a reader makes of a layer. */
function namesOf({ name, folded, bias }: SpectralLayerEntry): readonly string[] {
  if (folded === undefined) return bias === undefined ? [name] : [name, bias]
  return [name, ...batchNormParameters(folded.prefix), ...(folded.bias === undefined ? [] : [folded.bias])]
}

/** Throws what `corrupt` makes for a name when it occurs twice. */
export function assertNames(
  layers: readonly SpectralLayerEntry[],
  kept: readonly string[],
  corrupt: (name: string, problem: string) => Error,
): void {
  const seen = new Set<string>()
  for (const name of [...layers.flatMap(namesOf), ...kept]) {
    if (seen.has(name)) throw corrupt(name, 'expected every tensor once, found it twice')
    seen.add(name)
  }
}
