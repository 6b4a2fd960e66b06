/** Configurations leaf by leaf: what they differ in, and values put into them by path. */
import { describeParameter, parametersOf } from '../parameters/parameter-catalogue.ts'
import type { ParameterValue } from '../parameters/parameter-value.ts'
import { parameterGroupTitles } from '../parameters/parameter-groups.ts'
import { families, type ExperimentConfig } from './experiment-config.ts'

/** Fields that say of which form a configuration is; no parameter. */
const constants: ReadonlySet<string> = new Set(['version', 'kind'])

/** Every leaf by its path, in the order of the form; what is no parameter comes last. */
export function configLeaves(config: ExperimentConfig): ReadonlyMap<string, ParameterValue> {
  const leaves = new Map(leavesOf(config, ''))
  const rows = parametersOf(config.kind).map(({ path }) => path)
  const others = [...leaves.keys()].filter((path) => !rows.includes(path) && !constants.has(path))
  return new Map(
    [...rows, ...others].flatMap((path) => {
      const value = leaves.get(path)
      return value === undefined ? [] : [[path, value] as const]
    }),
  )
}

/** Leaves of `config` that `base` has not, or has otherwise. */
export function changedLeaves(config: ExperimentConfig, base: ExperimentConfig): ReadonlyMap<string, ParameterValue> {
  const before = configLeaves(base)
  return new Map([...configLeaves(config)].filter(([path, value]) => before.get(path) !== value))
}

/** `tree` with a leaf put in; nothing that is given changes. */
export function withLeaf(tree: unknown, path: string, value: unknown): unknown {
  return put(tree, path.split('.'), value)
}

/** Title of a leaf for people, with its group where others are called the same; its path where no parameter describes it. */
export function leafTitle(path: string): string {
  const row = describeParameter(path)
  if (row === undefined) return path
  const isAmbiguous = families.some((family) => {
    const others = parametersOf(family).filter(({ title }) => title === row.title)
    return others.length > 1 && others.some((other) => other.path === path)
  })
  return isAmbiguous ? `${row.title} (${parameterGroupTitles[row.group].toLowerCase()})` : row.title
}

function put(node: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const object: object = typeof node === 'object' && node !== null ? node : {}
  return { ...object, [key]: put(Reflect.get(object, key), rest, value) }
}

function leavesOf(value: unknown, path: string): readonly (readonly [string, ParameterValue])[] {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, path === '' ? key : `${path}.${key}`))
}
