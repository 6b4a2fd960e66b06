import type { NetworkShape, SizeBreakdown } from '../package/accounting.ts'
import type { ConfigOf, Family } from './experiment-config.ts'
import type { CompressConfig } from '../methods/nern/config.ts'
import type { LighterSteps } from './lighter-steps.ts'
import type { MethodName } from './method-names.ts'
import type { ParameterDescription } from '../parameters/parameter-controls.ts'
import type { LossGroup } from '../forecast/lesson.ts'
import type { Outcome, PlanOf } from './plan.ts'
import type { FamilyResult } from './results.ts'
import type { PlannedImages, Stage } from './stages.ts'

/** Kinds of experiment: to train a network, or to compress one. */
export type ExperimentKind = 'train' | 'compress'

/** The package that runs of a family end with; undefined where they end with a network. */
interface PackageFormats {
  readonly compress: 'nern'
  readonly baseline: 'baseline'
  readonly spectral: 'spectral'
  readonly train: undefined
}

/** Where a checkpoint lies in its run. */
export interface ForkPoint {
  readonly step: number
  /** Of the whole run, as it was planned. */
  readonly totalSteps: number
}

/** A parameter that a fork may have otherwise than the experiment it is of. */
export interface ForkableParameter {
  readonly path: string
  /** The least value that is not behind what is done. */
  readonly least?: number
}

/** All that differs between families where no process, file or window is concerned. */
export interface FamilyDescription<F extends Family> {
  readonly experimentKind: ExperimentKind
  /** An experiment of the family in a sentence, without its article. */
  readonly noun: string
  /** A row for each leaf of a configuration, in the order of a form. */
  readonly parameters: readonly ParameterDescription[]
  readonly packageFormat: PackageFormats[F]
  plan(config: ConfigOf<F>): PlanOf<F>
  /** How weights are represented; undefined where nothing is compressed. */
  methodOf(config: ConfigOf<F>): MethodName | undefined
  /** Name of an experiment that nobody named. @param networkName of the network it compresses, else empty */
  nameOf(config: ConfigOf<F>, networkName: string): string
  /** Paths of the parameters whose values that name says. */
  readonly namedParameters: readonly string[]
  /** Bytes that a run is expected to end with; undefined where only the weights tell, or nothing is compressed. */
  expectedSizes(network: NetworkShape, config: ConfigOf<F>): SizeBreakdown | undefined
  /**
   * What a predictor of the run represents; undefined without a predictor. Only its errors tell how much a weight matters
   * (method 7.1).
   */
  predictedLayers(config: ConfigOf<F>): CompressConfig['representation'] | undefined
  /** The configuration of an experiment that goes on from a completed run; absent where none can. */
  readonly continued?: (config: ConfigOf<F>, runId: string) => ConfigOf<F>
  /** What a fork may change at a checkpoint: what is still to come, not what the checkpoint was made with. */
  forkable(config: ConfigOf<F>, at: ForkPoint): readonly ForkableParameter[]
  /** Configurations whose steps take less memory, the least change first. @param phase as a run tells it, with how far it was: `distillation 12 %` */
  lighter(config: ConfigOf<F>, phase: string | undefined): readonly LighterSteps<ConfigOf<F>>[]
  /** What the file keeps of the original to the bit and what not, a sentence each; none where nothing is compressed. */
  describeKept(config: ConfigOf<F>): readonly string[]
  outcome(result: FamilyResult<F>): Outcome
  /** What a run achieved, in plain text of several lines. */
  describeResult(result: FamilyResult<F>): string
  /** The parts of a run that take time, in units that cost the same. */
  stages(config: ConfigOf<F>, images: PlannedImages): readonly Stage[]
  /** Whose loss of accuracy says something of this one's; undefined where nothing is compressed. */
  lossGroup(config: ConfigOf<F>): LossGroup | undefined
  /** What the paces of runs without a stored network are filed under. */
  paceSubject(config: ConfigOf<F>): string
}
