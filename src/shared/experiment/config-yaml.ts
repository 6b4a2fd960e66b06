/**
 * A configuration as YAML: the preset it is nearest to, and what differs from that. docs/sweeps.md describes it for people;
 * whatever is written reads back to the same configuration.
 */
import { Document, isMap, isScalar, type Node, type Pair, type Scalar } from 'yaml'
import { AppException, fail, ok, toAppError, type Result } from '../basics/result.ts'
import { YamlSource, type YamlEntry } from '../basics/yaml-source.ts'
import { nearestPath } from '../parameters/nearest-path.ts'
import { describeParameter, parametersOf } from '../parameters/parameter-catalogue.ts'
import { readParameterValue, type ParameterValue } from '../parameters/parameter-value.ts'
import type { ParameterDescription } from '../parameters/parameter-controls.ts'
import { changedLeaves, withLeaf } from './config-leaves.ts'
import { experimentConfigSchema, type ExperimentConfig, type Family } from './experiment-config.ts'
import { familyOf } from './families.ts'
import { allPresets, nearestPreset } from './presets.ts'
import type { Preset } from './preset.ts'

/** Names the run that a configuration goes on from; not chosen in the form, so no parameter. */
const startPath = 'start.runId'

/** A configuration as YAML with a comment for each value. */
export function configToYaml(config: ExperimentConfig): string {
  const preset = nearestPreset(config)
  let tree: unknown = { preset: preset.id }
  for (const [path, value] of changedLeaves(config, preset.config)) tree = withLeaf(tree, path, value)
  const document = new Document(tree)
  document.commentBefore = ` A configuration of NeRN Studio: what is not named is as in the preset ${preset.id}.`
  comment(document.contents, '')
  return document.toString({ lineWidth: 0 })
}

/** What a YAML of a configuration says. */
export interface ReadConfig {
  readonly config: ExperimentConfig
  readonly preset: Preset<ExperimentConfig>
}

/** Reads what `configToYaml` writes. Errors: `invalid-config` with line and column. @param fileName named in errors */
export function configFromYaml(text: string, fileName?: string): Result<ReadConfig> {
  try {
    const source = YamlSource.parse(text, fileName)
    return ok(readConfigNode(source, source.root, 'The configuration'))
  } catch (thrown) {
    if (thrown instanceof AppException) return fail(toAppError(thrown))
    throw thrown
  }
}

/** The configuration that a mapping inside a larger file describes. Throws `invalid-config`. */
export function readConfigNode(source: YamlSource, node: Node, what: string): ReadConfig {
  const entries = source.entries(node, what)
  const named = entries.find(({ key }) => key === 'preset')
  if (named === undefined) {
    throw source.error(node, `${what} names no preset to start from.`, 'Add a line such as: preset: fast')
  }
  const preset = readPreset(source, named.node)
  let tree: unknown = preset.config
  const rows = parametersOf(preset.config.kind)
  for (const leaf of leafEntries(source, entries, rows, startPathsOf(preset.config.kind))) {
    tree = withLeaf(tree, leaf.path, readLeaf(source, leaf))
  }
  const parsed = experimentConfigSchema.safeParse(tree)
  if (parsed.success) return { config: parsed.data, preset }
  const [issue] = parsed.error.issues
  throw source.error(node, `${issue?.path.join('.') ?? what}: ${issue?.message ?? 'not valid'}.`)
}

/** The preset that a node names. Throws `invalid-config`. */
export function readPreset(source: YamlSource, node: Node): Preset<ExperimentConfig> {
  const id = String(source.scalar(node, 'preset'))
  const ids = allPresets.map((preset) => preset.id)
  source.assertKnown({ key: id, keyNode: node, node }, ids, 'The list of presets')
  const found = allPresets.find((preset) => preset.id === id)
  if (found === undefined) throw source.error(node, `There is no preset ${id}.`)
  return found
}

/** A parameter with the node that says something of it. */
export interface LeafEntry extends YamlEntry {
  readonly path: string
  /** Absent for `start.runId`. */
  readonly row?: ParameterDescription
}

/**
 * The parameters that entries name, as nested mappings or by paths with dots. Throws `invalid-config` for a key that is none.
 * @param others paths that are allowed beside parameters
 */
export function leafEntries(
  source: YamlSource,
  entries: readonly YamlEntry[],
  rows: readonly ParameterDescription[],
  others: readonly string[] = [],
  prefix = '',
): readonly LeafEntry[] {
  const paths = [...rows.map(({ path }) => path), ...others]
  return entries.flatMap((entry) => {
    const path = prefix + entry.key
    if (path === 'preset') return []
    const row = rows.find((candidate) => candidate.path === path)
    if (row !== undefined) return [{ ...entry, path, row }]
    if (others.includes(path)) return [{ ...entry, path }]
    if (!paths.some((known) => known.startsWith(`${path}.`))) {
      throw source.error(
        entry.keyNode,
        `There is no parameter ${path}.`,
        `Did you mean ${nearestPath(path, ['preset', ...paths])}?`,
      )
    }
    return leafEntries(source, source.entries(entry.node, path), rows, others, `${path}.`)
  })
}

function readLeaf(source: YamlSource, { path, row, node }: LeafEntry): ParameterValue {
  const value = source.scalar(node, path)
  return row === undefined ? String(value) : allowedValue(source, row, value, node)
}

/** A value that its parameter takes. Throws `invalid-config`. */
export function allowedValue(
  source: YamlSource,
  row: ParameterDescription,
  value: ParameterValue,
  node: Node,
): ParameterValue {
  const read = readParameterValue(row, value)
  if ('value' in read) return read.value
  throw source.error(node, `${row.path} takes ${read.expected}, got ${String(value)}.`)
}

function startPathsOf(kind: Family): readonly string[] {
  return familyOf({ kind }).continued === undefined ? [] : [startPath]
}

/** Puts the title of each parameter, and its unit, beside its value. */
function comment(node: unknown, prefix: string): void {
  if (!isMap(node)) return
  for (const { key, value } of node.items as Pair<Scalar<string>, Node>[]) {
    const path = prefix + key.value
    if (isScalar(value)) {
      const row = describeParameter(path)
      if (row !== undefined) value.comment = ` ${row.title}${row.unit === undefined ? '' : `, ${row.unit}`}`
    } else comment(value, `${path}.`)
  }
}
