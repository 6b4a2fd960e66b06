/** Names of experiments that nobody named: what they are, then what is their own. */
import { describeParameter, parametersOf } from '../parameters/parameter-catalogue.ts'
import type { ParameterDescription } from '../parameters/parameter-controls.ts'
import { parameterGroupTitles } from '../parameters/parameter-groups.ts'
import type { ParameterValue } from '../parameters/parameter-value.ts'
import { changedLeaves, configLeaves } from './config-leaves.ts'
import type { ExperimentConfig } from './experiment-config.ts'
import { familyOf } from './families.ts'
import { nearestPreset } from './presets.ts'

/** More would be a list, and no name. */
const changesNamedAtMost = 3
const longestName = 200

/**
 * `ResNet-20 h160, seed 2`: the name of its family, and what differs from the nearest preset.
 * @param networkName of the network it compresses, else empty
 */
export function experimentName(config: ExperimentConfig, networkName: string): string {
  const { nameOf, namedParameters } = familyOf(config)
  const changed = [...changedLeaves(config, nearestPreset(config).config)]
  const unnamed = changed.filter(([path]) => !namedParameters.includes(path))
  return withChanges(nameOf(config, networkName), config, unnamed)
}

/** `Mine, hidden size 200`: the name of its origin and what was changed, in place of what the origin's name said of it. */
export function cloneName(
  origin: { readonly name: string; readonly config: ExperimentConfig },
  config: ExperimentConfig,
): string {
  if (origin.config.kind !== config.kind) return `${origin.name}, ${familyOf(config).noun}`.slice(0, longestName)
  const changed = [...changedLeaves(config, origin.config)]
  if (changed.length === 0) return `${origin.name} copy`.slice(0, longestName)
  const before = configLeaves(origin.config)
  const outdated = changed.flatMap(([path]) => {
    const value = before.get(path)
    return value === undefined ? [] : [`, ${shortChange(origin.config, path, value)}`]
  })
  const name = outdated.reduce((text, part) => (text.endsWith(part) ? text.slice(0, -part.length) : text), origin.name)
  return withChanges(name, config, changed)
}

function withChanges(
  name: string,
  config: ExperimentConfig,
  changes: readonly (readonly [string, ParameterValue])[],
): string {
  const shown = changes.slice(0, changesNamedAtMost).map(([path, value]) => shortChange(config, path, value))
  const others = changes.length - shown.length
  return [name, ...shown, ...(others > 0 ? [`${others} more`] : [])].join(', ').slice(0, longestName)
}

function shortChange({ kind }: ExperimentConfig, path: string, value: ParameterValue): string {
  const row = describeParameter(path)
  if (row === undefined) return path
  const isAlone = parametersOf(kind).filter(({ title }) => title === row.title).length === 1
  const group = isAlone ? '' : `${lowerFirst(parameterGroupTitles[row.group])} `
  return `${group}${lowerFirst(row.title)} ${shortValue(row, value)}`
}

function shortValue({ control }: ParameterDescription, value: ParameterValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (control.type !== 'choice') return String(value).slice(0, 40)
  return lowerFirst(control.options.find((option) => option.value === value)?.title ?? String(value))
}

/** `ReLU` and `CIFAR-10` stay as they are. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) && !/^[A-Z][a-z]?[A-Z]/.test(text)
    ? text.slice(0, 1).toLowerCase() + text.slice(1)
    : text
}
