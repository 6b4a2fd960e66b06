/** A sweep as a form holds it: texts as they were typed, so that what is half filled can be kept. */
import { z } from 'zod'
import type { ParameterDescription } from '../../parameters/parameter-controls.ts'
import type { ExperimentConfig } from '../experiment-config.ts'
import { integer } from '../../parameters/parameter-controls.ts'
import { allPresets } from '../presets.ts'
import { maximumRuns, type Sweep, type SweepPlan } from './sweep.ts'
import { readDraw, readSeeds, readSweptValues } from './values-text.ts'

const text = z.string().max(10_000)

export const typedSweepSchema = z
  .strictObject({
    /** Variants are drawn, instead of every combination. */
    isRandom: z.boolean(),
    /** How many are drawn, and the seed of the draws. */
    variants: text,
    drawSeed: text,
    seeds: text,
    /** Values by the path of a parameter; also ids of presets (`preset`) and networks (`network`). */
    varied: z.record(z.string().max(200), text),
  })
  .readonly()
export type TypedSweep = z.infer<typeof typedSweepSchema>

/** One run, and nothing varies. */
export const singleRun: TypedSweep = { isRandom: false, variants: '20', drawSeed: '1', seeds: '1', varied: {} }

/** What can vary in a form: what was typed for another form is kept, and counts for nothing here. */
export interface Variable {
  /** Parameters that the method has. */
  readonly rows: readonly ParameterDescription[]
  /** Whether there are presets and networks to choose from. */
  readonly hasChoices: boolean
}

/** Whether there is more than one run to be made. */
export function isSweep({ varied, seeds }: TypedSweep, { rows, hasChoices }: Variable): boolean {
  const paths = [...(hasChoices ? ['preset', 'network'] : []), ...rows.map(({ path }) => path)]
  return seeds.trim() !== singleRun.seeds || paths.some((path) => varied[path] !== undefined)
}

/** What a sweep is made of beside what is typed. */
export interface SweepBase extends Variable {
  readonly config: ExperimentConfig
  readonly networkId: string | undefined
  readonly datasetId: string
}

export interface ReadTypedSweep {
  /** Present where nothing is wrong. */
  readonly sweep?: Sweep
  /** What is wrong, by the path that varies, or `seeds`, `variants`, `drawSeed`; in words for the field. */
  readonly problems: Readonly<Record<string, string>>
}

const seedRow = { control: integer(0, 2 ** 32 - 1) }
const countRow = { control: integer(1, maximumRuns) }

/** Reads what was typed; parameters that the method has not are left out. */
export function readTypedSweep(typed: TypedSweep, base: SweepBase): ReadTypedSweep {
  const { config, networkId, datasetId, rows, hasChoices } = base
  const problems: Record<string, string> = {}
  const kept = <T>(path: string, read: T | { readonly problem: string }): T | undefined => {
    if (typeof read === 'object' && read !== null && 'problem' in read) problems[path] = read.problem
    else return read
    return undefined
  }
  const seeds = kept('seeds', readSeeds(seedRow, typed.seeds, config.seed))?.seeds ?? []
  const presetIds =
    kept(
      'preset',
      chosenOf(hasChoices ? typed.varied['preset'] : undefined, (id) => isPreset(id)),
    ) ?? []
  const networks =
    kept(
      'network',
      chosenOf(hasChoices ? typed.varied['network'] : undefined, () => true),
    ) ?? []
  const varied = rows.filter(({ path }) => typed.varied[path] !== undefined)
  const plan = planOf(typed, varied, kept)
  if (Object.keys(problems).length > 0 || plan === undefined) return { problems }
  const own = networkId === undefined ? [] : [networkId]
  return {
    sweep: { config, networkIds: networks.length > 0 ? networks : own, datasetId, presetIds, plan, seeds },
    problems,
  }
}

type Keep = <T>(path: string, read: T | { readonly problem: string }) => T | undefined

function planOf(typed: TypedSweep, varied: readonly ParameterDescription[], kept: Keep): SweepPlan | undefined {
  if (!typed.isRandom || varied.length === 0) {
    const read = varied.map((row) => ({
      path: row.path,
      values: kept(row.path, readSweptValues(row, typed.varied[row.path] ?? ''))?.values ?? [],
    }))
    return { kind: 'grid', vary: read }
  }
  const draws = varied.flatMap((row) => {
    const draw = kept(row.path, readDraw(row, typed.varied[row.path] ?? ''))?.draw
    return draw === undefined ? [] : [{ path: row.path, draw }]
  })
  const variants = kept('variants', oneNumber(countRow, typed.variants))
  const seed = kept('drawSeed', oneNumber(seedRow, typed.drawSeed))
  return variants === undefined || seed === undefined ? undefined : { kind: 'random', vary: draws, variants, seed }
}

function oneNumber(row: typeof seedRow, given: string): number | { readonly problem: string } {
  const read = readSweptValues(row, given)
  if ('problem' in read) return read
  const [value, other] = read.values
  return typeof value === 'number' && other === undefined ? value : { problem: 'Type one number.' }
}

/** Ids between commas; none where nothing is typed. */
function chosenOf(
  given: string | undefined,
  isKnown: (id: string) => boolean,
): readonly string[] | { readonly problem: string } {
  if (given === undefined) return []
  const ids = given.split(',').filter((id) => id !== '' && isKnown(id))
  return ids.length === 0 ? { problem: 'Choose at least one.' } : ids
}

function isPreset(id: string): boolean {
  return allPresets.some((preset) => preset.id === id)
}
