import { experimentConfigSchema, type ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { parametersOf, type ParameterDescription } from '#shared/parameters/parameter-catalogue.ts'
import { withLeaf } from '#shared/experiment/config-leaves.ts'
import { nearestPath } from '#shared/parameters/nearest-path.ts'
import { readParameterValue, type ParameterValue } from '#shared/parameters/parameter-value.ts'
import { UsageError } from './usage-error.ts'

/**
 * A configuration with every `path=value` put in, each read as its leaf's type.
 * Throws `UsageError` naming the path, and the nearest one or the allowed range.
 */
export function applySettings<C extends ExperimentConfig>(config: C, assignments: readonly string[]): C {
  let changed: unknown = config
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=')
    if (equals < 1) throw new UsageError(`--set takes PATH=VALUE, got ${assignment}.`)
    const path = assignment.slice(0, equals)
    const parameter = findParameter(parametersOf(config.kind), path)
    changed = withLeaf(changed, path, parseValue(parameter, assignment.slice(equals + 1)))
  }
  const parsed = experimentConfigSchema.safeParse(changed)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new UsageError(`${issue?.path.join('.') ?? 'configuration'}: ${issue?.message ?? 'not valid'}.`)
  }
  // Leaves were replaced by values of their own type: the kind is the one that came in.
  return parsed.data as C
}

function findParameter(parameters: readonly ParameterDescription[], path: string): ParameterDescription {
  const found = parameters.find((parameter) => parameter.path === path)
  if (found !== undefined) return found
  const nearest = nearestPath(
    path,
    parameters.map((parameter) => parameter.path),
  )
  throw new UsageError(`There is no parameter ${path}.`, `Did you mean ${nearest}?`)
}

function parseValue(row: ParameterDescription, text: string): ParameterValue {
  const read = readParameterValue(row, text)
  if ('value' in read) return read.value
  throw new UsageError(`${row.path} takes ${read.expected}, got ${text}.`)
}
