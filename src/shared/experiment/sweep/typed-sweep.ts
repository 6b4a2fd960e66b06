/** A sweep as a form holds it: texts as they were typed, so that what is half filled can be kept. */
import { z } from 'zod'
import type { ParameterDescription } from '../../parameters/parameter-controls.ts'
import type { ExperimentConfig } from '../experiment-config.ts'
import { integer } from '../../parameters/parameter-controls.ts'
import { allPresets } from '../presets.ts'
import { maximumRuns, type Sweep, type SweepPlan } from './sweep.ts'
import { readDraw, readSeeds, readSweptValues } from './values-text.ts'

const text = z.string().max(10_000)

/** How values that vary make variants: every combination, drawn, or the first of each, then the second of each ... */
const combinations = ['grid', 'random', 'list'] as const

export const typedSweepSchema = z.preprocess(
  withCombination,
  z
    .strictObject({
      combination: z.enum(combinations),
      /** How many are drawn, and the seed of the draws. */
      variants: text,
      drawSeed: text,
      seeds: text,
      /** Values by the path of a parameter; also ids of presets (`preset`) and networks (`network`). */
      varied: z.record(z.string().max(200), text),
    })
    .readonly(),
)
export type TypedSweep = z.infer<typeof typedSweepSchema>

/** Forms kept by versions that knew no lists say `isRandom`. */
function withCombination(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('isRandom' in value)) return value
  const { isRandom, ...rest } = value
  return { ...rest, combination: isRandom === true ? 'random' : 'grid' }
}

/** One run, and nothing varies. */
export const singleRun: TypedSweep = { combination: 'grid', variants: '20', drawSeed: '1', seeds: '1', varied: {} }

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
  const plan = planOf(typed, varied, presetIds, kept)
  if (Object.keys(problems).length > 0 || plan === undefined) return { problems }
  const networkIds = networks.length > 0 || networkId === undefined ? networks : [networkId]
  return {
    // The rows of a list name their presets themselves.
    sweep: { config, networkIds, datasetId, presetIds: plan.kind === 'list' ? [] : presetIds, plan, seeds },
    problems,
  }
}

type Keep = <T>(path: string, read: T | { readonly problem: string }) => T | undefined

function planOf(
  typed: TypedSweep,
  varied: readonly ParameterDescription[],
  presetIds: readonly string[],
  kept: Keep,
): SweepPlan | undefined {
  if (typed.combination === 'list' && varied.length > 0) return listOf(typed, varied, presetIds, kept)
  if (typed.combination !== 'random' || varied.length === 0) {
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

/** The first value of each, then the second of each ...; one that stands alone goes with all. */
function listOf(
  typed: TypedSweep,
  varied: readonly ParameterDescription[],
  presetIds: readonly string[],
  kept: Keep,
): SweepPlan {
  const columns = varied.map(({ path, title, ...row }) => ({
    path,
    title,
    values: kept(path, readSweptValues(row, typed.varied[path] ?? '', { keepsRepeats: true }))?.values ?? [],
  }))
  const longest = columns.reduce((most, column) => (column.values.length > most.values.length ? column : most))
  const count = longest.values.length
  for (const { path, values } of columns) {
    if (values.length < 2 || values.length === count) continue
    kept(path, { problem: `${values.length} values here and ${count} of ${longest.title}: as many as there, or one.` })
  }
  const rows = Array.from({ length: count }, (_, index) => ({
    values: columns.flatMap(({ path, values }) => {
      const value = values.length === 1 ? values[0] : values[index]
      return value === undefined ? [] : [{ path, value }]
    }),
  }))
  const presets = presetIds.length === 0 ? [{}] : presetIds.map((presetId) => ({ presetId }))
  return { kind: 'list', rows: presets.flatMap((preset) => rows.map((row) => ({ ...preset, ...row }))) }
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
