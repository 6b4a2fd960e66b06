import { formatCount } from '../../basics/format.ts'
import { nearNames } from '../../basics/near-names.ts'
import { fail, ok, type AppError, type Result } from '../../basics/result.ts'
import { nearestPath } from '../../parameters/nearest-path.ts'
import { parametersOf } from '../../parameters/parameter-catalogue.ts'
import { readParameterValue, type ParameterValue } from '../../parameters/parameter-value.ts'
import { changedLeaves, withLeaf } from '../config-leaves.ts'
import { configDigest } from '../config-digest.ts'
import { experimentConfigSchema, type ExperimentConfig, type Family } from '../experiment-config.ts'
import { allPresets, nearestPreset } from '../presets.ts'
import { drawRows } from './draw-values.ts'
import { maximumRuns, type Sweep } from './sweep.ts'

/** What one run has that others of its sweep have otherwise. */
export interface VariedValue {
  /** Of a parameter, or `preset`. */
  readonly path: string
  readonly value: ParameterValue
}

/** One run of a sweep. */
export interface SweepRun {
  /** Absent where the experiment needs none. */
  readonly networkId?: string
  readonly config: ExperimentConfig
  readonly varied: readonly VariedValue[]
}

export interface ExpandedSweep {
  /** In the order of the networks, the presets, the variants and the seeds. */
  readonly runs: readonly SweepRun[]
  /** Runs that would have repeated one of `runs`. */
  readonly duplicates: number
}

/** Before it is known for which seed and network it runs. */
interface Variant {
  readonly presetId: string | undefined
  readonly values: readonly VariedValue[]
}

/**
 * The runs of a sweep. Errors: `invalid-config` for more than `maximumRuns`, for a preset or a parameter that is not known,
 * and for a value that is not allowed; each names it.
 */
export function expandSweep(sweep: Sweep): Result<ExpandedSweep> {
  const planned = plannedRuns(sweep)
  if (planned > maximumRuns) return fail(tooMany(planned))
  const variants = variantsOf(sweep)
  const starts = new Map<string | undefined, ExperimentConfig>()
  for (const presetId of new Set(variants.map((variant) => variant.presetId))) {
    const start = presetId === undefined ? ok(sweep.config) : startOf(sweep.config, presetId)
    if (!start.ok) return start
    starts.set(presetId, start.value)
  }
  const problem = problemOfPaths(variants, [...starts.values()])
  if (problem !== undefined) return fail(problem)
  const runs = new Map<string, SweepRun>()
  let made = 0
  for (const networkId of sweep.networkIds.length === 0 ? [undefined] : sweep.networkIds) {
    for (const { presetId, values } of variants) {
      const start = starts.get(presetId) ?? sweep.config
      for (const seed of sweep.seeds) {
        const config = configOf(start, [...values, { path: 'seed', value: seed }])
        if (!config.ok) return config
        const varied = [
          ...(presetId === undefined ? [] : [{ path: 'preset', value: presetId }]),
          ...values.filter(({ path }) => isParameter(start.kind, path)),
          ...(sweep.seeds.length > 1 ? [{ path: 'seed', value: seed }] : []),
        ]
        const key = `${networkId ?? ''} ${configDigest(config.value)}`
        const run = { ...(networkId === undefined ? {} : { networkId }), config: config.value, varied }
        made++
        if (!runs.has(key)) runs.set(key, run)
      }
    }
  }
  return ok({ runs: [...runs.values()], duplicates: made - runs.size })
}

/** Before any is made, duplicates counted. */
function plannedRuns({ plan, presetIds, networkIds, seeds }: Sweep): number {
  const presets = Math.max(1, presetIds.length)
  const around = Math.max(1, networkIds.length) * seeds.length
  if (plan.kind === 'list') return plan.rows.length * around
  const variants =
    plan.kind === 'random' ? plan.variants : plan.vary.reduce((product, { values }) => product * values.length, 1)
  return variants * presets * around
}

function variantsOf({ plan, presetIds }: Sweep): readonly Variant[] {
  if (plan.kind === 'list') return plan.rows.map(({ presetId, values }) => ({ presetId, values }))
  const rows =
    plan.kind === 'grid'
      ? combinations(plan.vary.map(({ values }) => values))
      : drawRows(
          plan.vary.map(({ draw }) => draw),
          plan.variants,
          plan.seed,
        )
  const named = rows.map((row) => plan.vary.map(({ path }, index) => ({ path, value: row[index] ?? '' })))
  const presets = presetIds.length === 0 ? [undefined] : presetIds
  return presets.flatMap((presetId) => named.map((values) => ({ presetId, values })))
}

/** Every choice of one of each, the last changing first. */
function combinations<T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return lists.reduce<readonly (readonly T[])[]>(
    (rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])),
    [[]],
  )
}

/** A preset with what the configuration of the sweep changes of its own, as far as it has those parameters. */
function startOf(config: ExperimentConfig, presetId: string): Result<ExperimentConfig> {
  const preset = allPresets.find(({ id }) => id === presetId)
  if (preset === undefined) {
    const ids = allPresets.map(({ id }) => id)
    const near = nearNames(presetId, ids)
    return fail({
      code: 'invalid-config',
      message: `There is no preset ${presetId}.`,
      where: 'preset',
      remedy: `Did you mean ${(near.length > 0 ? near : ids).join(', ')}?`,
    })
  }
  const own = changedLeaves(config, nearestPreset(config).config)
  const values = [...own].map(([path, value]) => ({ path, value }))
  return configOf(preset.config, values)
}

function problemOfPaths(variants: readonly Variant[], starts: readonly ExperimentConfig[]): AppError | undefined {
  const paths = new Set(variants.flatMap(({ values }) => values.map(({ path }) => path)))
  const known = starts.flatMap(({ kind }) => parametersOf(kind).map(({ path }) => path))
  const unknown = [...paths].find((path) => !known.includes(path))
  if (unknown === undefined) return undefined
  return {
    code: 'invalid-config',
    message: `There is no parameter ${unknown}.`,
    where: unknown,
    remedy: `Did you mean ${nearestPath(unknown, known)}?`,
  }
}

/** A configuration with values put in; what it has no parameter for is left out. Errors: `invalid-config`. */
function configOf(start: ExperimentConfig, values: readonly VariedValue[]): Result<ExperimentConfig> {
  let tree: unknown = start
  for (const { path, value } of values) {
    const row = parametersOf(start.kind).find((candidate) => candidate.path === path)
    if (row === undefined) continue
    const read = readParameterValue(row, value)
    if ('expected' in read) {
      return fail({
        code: 'invalid-config',
        message: `${path} takes ${read.expected}, got ${String(value)}.`,
        where: path,
        remedy: 'Correct the value.',
      })
    }
    tree = withLeaf(tree, path, read.value)
  }
  const parsed = experimentConfigSchema.safeParse(tree)
  if (parsed.success) return ok(parsed.data)
  const [issue] = parsed.error.issues
  return fail({
    code: 'invalid-config',
    message: `${issue?.message ?? 'The configuration is not valid'}.`,
    where: issue?.path.join('.') ?? 'config',
    remedy: 'Correct the value.',
  })
}

function isParameter(family: Family, path: string): boolean {
  return parametersOf(family).some((row) => row.path === path)
}

function tooMany(planned: number): AppError {
  return {
    code: 'invalid-config',
    message: `The sweep has ${formatCount(planned)} runs; ${formatCount(maximumRuns)} are the most.`,
    where: 'sweep',
    remedy: 'Vary fewer values or seeds, or draw some of the variants at random.',
  }
}
