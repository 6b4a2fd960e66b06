/** What each method would represent of a network, and what the file would weigh, before anything has run. */
import type { ConfigOf, Family } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { isMadeFor, type Preset } from '#shared/experiment/preset.ts'
import type { NetworkShape } from '#shared/package/accounting.ts'
import type { NetworkRecord } from '#shared/protocol/records.ts'

export interface MethodSize {
  readonly id: string
  readonly title: string
  /** What becomes of the weights, in a sentence. */
  readonly kept: string
  readonly bytes: number
  /** Bytes of the original's parameters in float32 over those of the file. */
  readonly ratio: number
}

/** Presets whose bytes the shapes alone tell, the smallest file first. */
export function methodSizes(
  presets: readonly Preset<ConfigOf<Family>>[],
  shape: NetworkShape,
  { representedWeights, classes }: Pick<NetworkRecord, 'representedWeights' | 'classes'>,
): readonly MethodSize[] {
  const subject = { representedWeights, classes, pixels: undefined }
  return presets
    .filter((preset) => isMadeFor(preset, subject))
    .flatMap(({ id, title, config }): MethodSize[] => {
      const family = familyOf(config)
      const sizes = family.expectedSizes(shape, config)
      if (sizes === undefined) return []
      const [kept = ''] = family.describeKept(config)
      return [{ id, title, kept, bytes: sizes.totalBytes, ratio: sizes.compressionRatio }]
    })
    .toSorted((a, b) => a.bytes - b.bytes)
}
