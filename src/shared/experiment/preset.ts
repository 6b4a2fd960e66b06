import type { ExperimentConfig } from './experiment-config.ts'

/** A ready-made configuration. */
export interface Preset<Config extends ExperimentConfig> {
  readonly id: string
  readonly title: string
  /** One sentence: what it is for and what it costs. */
  readonly description: string
  readonly config: Config
}
