/** Ready-made configurations of every experiment that starts from a stored network, whatever its method. */
import { baselinePresets } from '../methods/direct/presets.ts'
import type { BaselineConfig } from '../methods/direct/config.ts'
import type { CompressConfig } from '../methods/nern/config.ts'
import type { Preset } from './preset.ts'
import { compressPresets } from '../methods/nern/presets.ts'
import type { SpectralConfig } from '../methods/spectral/config.ts'
import { spectralPresets } from '../methods/spectral/presets.ts'

export const networkPresets: readonly Preset<CompressConfig | SpectralConfig | BaselineConfig>[] = [
  ...compressPresets,
  ...spectralPresets,
  ...baselinePresets,
]
