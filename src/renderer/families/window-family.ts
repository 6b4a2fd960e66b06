import type { ParameterDescription } from '#shared/parameters/parameter-controls.ts'
import type { ConfigOf, Family } from '#shared/experiment/experiment-config.ts'
import type { PlanOf } from '#shared/experiment/plan.ts'
import type { FamilyResult } from '#shared/experiment/results.ts'
import type { Preset } from '#shared/experiment/preset.ts'
import type { NetworkShape, SizeBreakdown } from '#shared/package/accounting.ts'
import type { PointMark } from '../charts/point-mark.ts'
import type { ChartOutline } from './chart-outline.ts'
import type { TrainingPlan } from './training-plan.ts'

/** Cards of the run page that not every family has. */
export type RunCard = 'codes' | 'kernels' | 'layer-errors' | 'importance'

/** The leaves of a configuration as an editor holds them: numbers stay as they were typed. */
export type TypedValues = Readonly<Record<string, string | boolean>>

/** All that the window says and asks of one family of experiments, beside what `shared` describes. */
export interface WindowFamily<F extends Family> {
  readonly form: FormOfFamily<F>
  /** What an experiment of the family will do, in a few words, for lists. */
  planText(plan: PlanOf<F>): string
  /** What it does, as the beginning of a sentence that goes on `with CIFAR-10`. */
  purpose(config: ConfigOf<F>, networkName: string): string
  planCells(plan: PlanOf<F>): PlanCells
  readonly point: PointOfFamily<F>
  readonly charts: readonly ChartOutline[]
  /** Whether a run has steps that a curve could show. */
  hasSteps(config: ConfigOf<F>): boolean
  readonly cards: readonly RunCard[]
  /** How the time of a run was spent, phase by phase, in their order. */
  spentTimes(result: FamilyResult<F>): readonly SpentTime[]
  /** Sentences below the numbers of a result. */
  remarks(result: FamilyResult<F>): readonly Remark[]
  /** Allowed, but probably not what is meant: a sentence each. `sizes` and `network` only where a network is chosen. */
  advise(config: ConfigOf<F>, sizes?: SizeBreakdown, network?: NetworkShape): readonly string[]
}

/** How an experiment of a family is drawn where several are compared. */
export interface PointOfFamily<F extends Family> {
  readonly mark: PointMark
  /** What the mark stands for. */
  readonly title: string
  /** The method of an experiment in two or three words. */
  label(plan: PlanOf<F>): string
}

/** The form for a new experiment of a family. */
export interface FormOfFamily<F extends Family> {
  /** In the choice of what to do. */
  readonly title: string
  readonly subtitle: string
  readonly network: NetworkPicker
  /** What the images are for. */
  readonly datasetSentence: string
  /** The only one is no choice and is not shown. */
  readonly presets: readonly Preset<ConfigOf<F>>[]
  /** The preset of an empty form. */
  readonly firstPresetId: string
  /** What unchanged values are as in: `preset`. */
  readonly startName: string
  /** Whether all groups of parameters are open at first, or only the first. */
  readonly opensAllGroups: boolean
  /** Whether a parameter has an effect while the others are as they are typed; one without is not shown. */
  hasEffect(parameter: ParameterDescription, typed: TypedValues): boolean
  /** What is wrong with values that fit their schema but not the network, by path, in words for the field. */
  readonly misfits?: (config: ConfigOf<F>, network: NetworkShape) => Readonly<Record<string, string>>
  /** What a run will do; a family that has it shows it in place of a size estimate. @param images of the training split */
  readonly trainingPlan?: (config: ConfigOf<F>, images: number) => TrainingPlan
  /** Of a family whose experiments can go on from the predictor of a completed run. */
  readonly predictorStart?: {
    /** The run that a configuration goes on from. */
    runIdOf(config: ConfigOf<F>): string | undefined
    put(config: ConfigOf<F>, runId: string): ConfigOf<F>
  }
}

/** The network of an experiment: the one that is compressed, or the one whose weights a training begins with. */
export interface NetworkPicker {
  readonly title: string
  readonly sentence: string
  /** Where it may be left out: what is there without one, and the parameter that the network decides when there is one. */
  readonly optional?: { readonly title: string; readonly architecturePath: string }
}

/** What only some families have a value for in the table of experiments. */
export interface PlanCells {
  /** In place of the name of the network. */
  readonly network?: string
  readonly hiddenSize?: number
}

export interface SpentTime {
  readonly title: string
  readonly seconds: number
}

export interface Remark {
  readonly text: string
  /** What the number is, shown when pointed at. */
  readonly explanation: string
}
