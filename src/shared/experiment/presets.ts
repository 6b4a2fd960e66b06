/** Ready-made configurations of every experiment, whatever its method. */
import { baselinePresets } from '../methods/direct/presets.ts'
import type { BaselineConfig } from '../methods/direct/config.ts'
import type { CompressConfig } from '../methods/nern/config.ts'
import { changedLeaves } from './config-leaves.ts'
import type { ExperimentConfig } from './experiment-config.ts'
import type { Preset } from './preset.ts'
import { compressPresets } from '../methods/nern/presets.ts'
import type { SpectralConfig } from '../methods/spectral/config.ts'
import { spectralPresets } from '../methods/spectral/presets.ts'
import { trainPresets } from '../training/presets.ts'

/** Of every experiment that starts from a stored network. */
export const networkPresets: readonly Preset<CompressConfig | SpectralConfig | BaselineConfig>[] = [
  ...compressPresets,
  ...spectralPresets,
  ...baselinePresets,
]

export const allPresets: readonly Preset<ExperimentConfig>[] = [...networkPresets, ...trainPresets]

/** The preset that a configuration has most values of: what is said of the configuration is what differs from it. */
export function nearestPreset(config: ExperimentConfig): Preset<ExperimentConfig> {
  const [first, ...others] = allPresets
    .filter((preset) => preset.config.kind === config.kind)
    .map((preset) => ({ preset, distance: changedLeaves(config, preset.config).size }))
  if (first === undefined) throw new Error(`There is no preset of ${config.kind}.`)
  return others.reduce((best, next) => (next.distance < best.distance ? next : best), first).preset
}
