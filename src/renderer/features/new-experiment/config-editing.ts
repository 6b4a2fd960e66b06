import { configVersion } from '#shared/experiment/config-fields.ts'
import { experimentConfigSchema, type ExperimentConfig, type Family } from '#shared/experiment/experiment-config.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'
import type { ParameterGroupId } from '#shared/parameters/parameter-groups.ts'
import type { NumberControl, ParameterDescription } from '#shared/parameters/parameter-controls.ts'
import type { FormOfFamily, TypedValues } from '../../families/window-family.ts'
import { architectureTitle } from '#shared/network/architecture-catalogue.ts'
import { formatCount } from '../../format/format.ts'
import { newExperimentTexts } from './texts.ts'

export interface ParsedValues {
  /** Present when every value is allowed. */
  readonly config?: ExperimentConfig
  /** What is wrong, by path, in words for the field. */
  readonly problems: Readonly<Record<string, string>>
}

/** The typed form of a configuration. */
export function typedValues(config: ExperimentConfig): TypedValues {
  return Object.fromEntries(
    parametersOf(config.kind).map(({ path }) => {
      const value = leafOf(config, path)
      return [path, typeof value === 'boolean' ? value : String(value)]
    }),
  )
}

/** `values` with those of `kept` that are of a parameter there is. */
export function knownValues(values: TypedValues, kept: TypedValues): TypedValues {
  return Object.fromEntries(Object.entries(values).map(([path, value]) => [path, kept[path] ?? value]))
}

/** Reads typed values back; the schema has the last word, so that what is sent is what main will accept. */
export function parseValues(kind: Family, typed: TypedValues): ParsedValues {
  const problems: Record<string, string> = {}
  const tree: Record<string, unknown> = { version: configVersion, kind }
  for (const row of parametersOf(kind)) {
    const value = typed[row.path] ?? ''
    const problem = problemOf(row, value)
    if (problem !== undefined) problems[row.path] = problem
    putLeaf(tree, row.path, row.control.type === 'number' && typeof value === 'string' ? readNumber(value) : value)
  }
  if (Object.keys(problems).length > 0) return { problems }
  const parsed = experimentConfigSchema.safeParse(tree)
  if (parsed.success) return { config: parsed.data, problems }
  return { problems: Object.fromEntries(parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message])) }
}

/** Paths whose value differs from the preset's; `0.020` equals `0.02`. */
export function changedPaths(kind: Family, typed: TypedValues, preset: TypedValues): ReadonlySet<string> {
  return new Set(
    parametersOf(kind)
      .filter(({ path, control }) => {
        const [now, before] = [typed[path] ?? '', preset[path] ?? '']
        if (control.type !== 'number' || typeof now !== 'string' || typeof before !== 'string') return now !== before
        return now.trim() === '' || readNumber(now) !== readNumber(before)
      })
      .map(({ path }) => path),
  )
}

interface ShownGroup {
  readonly group: ParameterGroupId
  readonly rows: readonly ParameterDescription[]
}

/** Rows of the catalogue by their group, in its order. */
export function parameterGroups(kind: Family): readonly ShownGroup[] {
  return groupsOf(parametersOf(kind))
}

/** The rows of a form: those that have an effect while the values are as typed, and those that have to be corrected. */
export function shownGroups(
  kind: Family,
  form: Pick<FormOfFamily<Family>, 'hasEffect'>,
  typed: TypedValues,
  problems: ParsedValues['problems'],
): readonly ShownGroup[] {
  return groupsOf(parametersOf(kind).filter((row) => form.hasEffect(row, typed) || problems[row.path] !== undefined))
}

function groupsOf(rows: readonly ParameterDescription[]): readonly ShownGroup[] {
  return [...new Set(rows.map(({ group }) => group))].map((group) => ({
    group,
    rows: rows.filter((row) => row.group === group),
  }))
}

/** A value of the configuration in the words of its field: a title instead of an identifier. */
export function valueTitle(row: ParameterDescription, value: string | boolean | undefined): string {
  if (typeof value === 'boolean') return value ? newExperimentTexts.isOn : newExperimentTexts.isOff
  if (row.control.type === 'choice') return row.control.options.find((option) => option.value === value)?.title ?? ''
  if (value === undefined) return ''
  if (row.control.type === 'layers') return value === '' ? newExperimentTexts.noLayers : value
  if (row.control.type === 'text') return architectureTitle(value)
  // Counts read better in groups of three; a seed is a name, not a count.
  return row.unit !== undefined && /^\d{4,}$/.test(value) ? formatCount(Number(value)) : value
}

function problemOf({ control, unit }: ParameterDescription, value: string | boolean): string | undefined {
  // Empty: no layer is treated otherwise. What it says is checked with the network's layers.
  if (control.type === 'layers') return undefined
  if (control.type === 'text') return value === '' ? newExperimentTexts.emptyText : undefined
  if (control.type !== 'number' || typeof value === 'boolean') return undefined
  const number = readNumber(value)
  const isTooSmall = control.isMinimumExclusive === true ? number <= control.minimum : number < control.minimum
  const isAllowed = number <= control.maximum && !isTooSmall && (!control.isInteger || Number.isInteger(number))
  return isAllowed ? undefined : askForNumber(control, unit, value)
}

/** What a number field takes, whatever is wrong with what it has: `Type a whole number of steps from 1 to 8,192.` */
function askForNumber(control: NumberControl, unit: string | undefined, typed: string): string {
  const { isInteger, minimum, maximum, isMinimumExclusive } = control
  const shown = (number: number): string => (number >= 1000 ? formatCount(number) : String(number))
  const range = { minimum: shown(minimum), ...(maximum < Number.MAX_SAFE_INTEGER ? { maximum: shown(maximum) } : {}) }
  const sentence = newExperimentTexts.typeNumber(isInteger, unit, range, isMinimumExclusive === true)
  return /^\s*[+-]?\d+,\d/.test(typed) ? `${sentence} ${newExperimentTexts.noComma}` : sentence
}

/** NaN when the text is not a plain number. */
function readNumber(text: string): number {
  return text.trim() === '' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? NaN : Number(text)
}

function leafOf(config: ExperimentConfig, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), config)
}

function putLeaf(tree: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop()
  if (last === undefined) return
  let node = tree
  for (const key of keys) {
    const child = node[key]
    const next = isRecord(child) ? child : {}
    node[key] = next
    node = next
  }
  node[last] = value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
