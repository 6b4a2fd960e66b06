import { baselinePresets } from '#shared/methods/direct/presets.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import type { Preset } from '#shared/experiment/preset.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'

/** Configuration of a compression's preset. */
export function compressPresetConfig(id: string): CompressConfig {
  return configOf(compressPresets, id)
}

/** Configuration of a baseline's preset. */
export function baselinePresetConfig(id: string): BaselineConfig {
  return configOf(baselinePresets, id)
}

function configOf<Config extends ExperimentConfig>(presets: readonly Preset<Config>[], id: string): Config {
  const preset = presets.find((candidate) => candidate.id === id)
  if (preset === undefined) throw new Error(`There is no preset ${id}.`)
  return preset.config
}
