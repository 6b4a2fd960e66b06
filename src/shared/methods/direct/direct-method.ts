import type { Preset } from '../../experiment/preset.ts'
import type { LayerShape } from '../../package/accounting.ts'
import type { ParameterDescription } from '../../parameters/parameter-controls.ts'
import type { BaselineConfig } from './config.ts'

export type BaselinePreset = Preset<BaselineConfig>
export type DirectMethod = BaselineConfig['method']

/** Bytes that the represented kernels are expected to take, and how they are stored, for people. */
export interface ExpectedKernels {
  readonly bytes: number
  readonly detail: string
}

/** What one method that stores kernels themselves says of itself: everything but its mathematics. */
export interface DirectMethodDescription {
  /** In a list of methods to choose from. */
  readonly title: string
  /** Rows of its own settings. */
  readonly parameters: readonly ParameterDescription[]
  readonly presets: readonly BaselinePreset[]
  /** A configuration in a few words, for names and tables. */
  shortTitle(config: BaselineConfig): string
  /** Whether a copy of the network can be trained as the method stores it. */
  isDistillable(config: BaselineConfig): boolean
  /** Undefined where only the weights themselves tell. */
  expectedKernels(layers: readonly LayerShape[], config: BaselineConfig): ExpectedKernels | undefined
}
