import type { ParameterDescription } from '#shared/parameters/parameter-controls.ts'
import {
  isSweep,
  readTypedSweep,
  singleRun,
  type ReadTypedSweep,
  type SweepBase,
  type TypedSweep,
  type Variable,
} from '#shared/experiment/sweep/typed-sweep.ts'
import type { PlannedSweep } from '#shared/protocol/commands/batches.ts'
import { Resource } from '../../state/resource.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { sweepTexts } from './texts.ts'

/** What varies in a form, and what that will take. */
export class SweepEditor {
  readonly #studio: WindowStudio
  readonly #base: () => Omit<SweepBase, keyof Variable> | undefined
  readonly #variable: () => Variable
  #typed = $state.raw<TypedSweep>(singleRun)
  #isSaving = $state(false)
  /** Numbers of the sweep as it was when they were last asked for. */
  readonly planned: Resource<PlannedSweep>

  /**
   * @param variable what the form has
   * @param base the rest of the form; undefined while it cannot be read
   */
  constructor(studio: WindowStudio, variable: () => Variable, base: () => Omit<SweepBase, keyof Variable> | undefined) {
    this.#studio = studio
    this.#variable = variable
    this.#base = base
    this.planned = new Resource(() => studio.ask('batches.plan', { sweep: this.#known }))
  }

  /** All of it, as plain data. */
  get typed(): TypedSweep {
    return this.#typed
  }

  set typed(typed: TypedSweep) {
    this.#typed = typed
  }

  get isSweep(): boolean {
    return isSweep(this.#typed, this.#variable())
  }

  /** Whether a parameter has several values: they can be combined or drawn. */
  get variesValues(): boolean {
    return this.#variable().rows.some(({ path }) => this.valuesOf(path) !== undefined)
  }

  get isSaving(): boolean {
    return this.#isSaving
  }

  readonly read: ReadTypedSweep = $derived.by(() => {
    const base = this.#base()
    return base === undefined ? { problems: {} } : readTypedSweep(this.#typed, { ...base, ...this.#variable() })
  })

  /** Whether it can be queued as it is. */
  get canSave(): boolean {
    return this.read.sweep !== undefined && this.planned.error === undefined && !this.#isSaving
  }

  /** The values that a parameter, `preset` or `network` has; undefined where it has one. */
  valuesOf(path: string): string | undefined {
    return this.#typed.varied[path]
  }

  /** @param first what it has now, to begin with */
  vary(path: string, first: string): void {
    this.put({ varied: { ...this.#typed.varied, [path]: first } })
  }

  keepOne(path: string): void {
    const { [path]: _left, ...varied } = this.#typed.varied
    this.put({ varied })
  }

  put(changes: Partial<TypedSweep>): void {
    this.#typed = { ...this.#typed, ...changes }
  }

  /** Of what one experiment can only have one of, nothing varies. */
  canVary({ path, control }: ParameterDescription): boolean {
    return path !== 'seed' && control.type !== 'layers' && !(control.type === 'choice' && control.options.length < 2)
  }

  /**
   * Makes the experiments and opens their batch; on failure everything stays as it was typed. Answers whether it did.
   * @param place name of the cluster it is for; absent: this computer
   */
  async save(name: string, enqueue: boolean, place?: string): Promise<boolean> {
    const { sweep } = this.read
    if (sweep === undefined || !this.canSave) return false
    this.#isSaving = true
    const created = await this.#studio.act(sweepTexts.createFailure, 'batches.create', {
      sweep,
      enqueue,
      ...(name === '' ? {} : { name }),
      ...(place === undefined ? {} : { place }),
    })
    this.#isSaving = false
    if (created === undefined) return false
    this.#studio.router.open({ name: 'batch', id: created.value.record.id })
    return true
  }

  get #known(): NonNullable<ReadTypedSweep['sweep']> {
    const { sweep } = this.read
    if (sweep === undefined) throw new Error('There is no sweep to be planned.')
    return sweep
  }
}
