import {
  formatChannelValues,
  parseChannelValues,
  preprocessingChangesSchema,
  preprocessingPresets,
  presetOf,
  type PixelScale,
  type Preprocessing,
  type PreprocessingChanges,
  type PreprocessingPresetId,
} from '#shared/network/preprocessing.ts'
import { preprocessingTexts } from './texts.ts'

/** `as-is` leaves it to the file and the architecture; `numbers` are typed. */
export type PreprocessingKind = PreprocessingPresetId | 'as-is' | 'numbers'

const { shape } = preprocessingChangesSchema

/** What somebody chooses and types for a preprocessing, and what is wrong with it. */
export class PreprocessingChoice {
  kind = $state<PreprocessingKind>('as-is')
  meanText = $state('')
  deviationText = $state('')
  resizeText = $state('0')
  scale = $state<PixelScale>(1)

  /** @param present what a network has: where the fields start */
  constructor(present?: Preprocessing) {
    if (present === undefined) return
    this.kind = presetOf(present) ?? 'numbers'
    this.meanText = formatChannelValues(present.mean)
    this.deviationText = formatChannelValues(present.standardDeviation)
    this.resizeText = String(present.resize)
  }

  get meanProblem(): string | undefined {
    return shape.mean.safeParse(this.#numbers(this.meanText)).success
      ? undefined
      : preprocessingTexts.meanProblem(this.scale)
  }

  get deviationProblem(): string | undefined {
    return shape.standardDeviation.safeParse(this.#numbers(this.deviationText)).success
      ? undefined
      : preprocessingTexts.deviationProblem
  }

  get resizeProblem(): string | undefined {
    return shape.resize.safeParse(this.#resize).success ? undefined : preprocessingTexts.resizeProblem
  }

  get isWrong(): boolean {
    if (this.kind === 'as-is') return false
    const areNumbersWrong = this.meanProblem !== undefined || this.deviationProblem !== undefined
    return this.resizeProblem !== undefined || (this.kind === 'numbers' && areNumbersWrong)
  }

  /** What it comes to; only when nothing is wrong. */
  get changes(): PreprocessingChanges {
    if (this.kind === 'as-is') return {}
    const resize = this.#resize
    if (this.kind !== 'numbers') return { ...preprocessingPresets[this.kind].preprocessing, resize }
    const standardDeviation = this.#numbers(this.deviationText)
    return { mean: this.#numbers(this.meanText), standardDeviation, resize }
  }

  get #resize(): number {
    return this.resizeText.trim() === '' ? 0 : Number(this.resizeText)
  }

  /** Empty for text that is no numbers, which no schema takes. */
  #numbers(text: string): number[] {
    return parseChannelValues(text, this.scale) ?? []
  }
}
