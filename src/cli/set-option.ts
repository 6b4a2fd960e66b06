import { experimentConfigSchema, type ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { parametersOf, type ParameterDescription } from '#shared/parameters/parameter-catalogue.ts'
import { assertNever } from '#shared/basics/result.ts'
import { editDistance } from '#shared/basics/near-names.ts'
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
    changed = withLeaf(changed, path.split('.'), parseValue(parameter, assignment.slice(equals + 1)))
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

function parseValue({ path, control }: ParameterDescription, text: string): unknown {
  switch (control.type) {
    case 'number': {
      const value = Number(text)
      const isInside = control.isMinimumExclusive === true ? value > control.minimum : value >= control.minimum
      const isNumber = text.trim() !== '' && (control.isInteger ? Number.isInteger(value) : Number.isFinite(value))
      if (isNumber && isInside && value <= control.maximum) return value
      const kind = control.isInteger ? 'a whole number' : 'a number'
      const above = control.isMinimumExclusive === true ? `above ${control.minimum}` : `from ${control.minimum}`
      const limit = control.maximum === Number.MAX_SAFE_INTEGER ? ' on' : ` to ${control.maximum}`
      throw new UsageError(`${path} takes ${kind} ${above}${limit}, got ${text}.`)
    }
    case 'choice': {
      const values = control.options.map(({ value }) => value)
      if (values.includes(text)) return text
      throw new UsageError(`${path} takes ${values.join(', ')}, got ${text}.`)
    }
    case 'switch':
      if (text === 'true' || text === 'false') return text === 'true'
      throw new UsageError(`${path} takes true or false, got ${text}.`)
    // What a text of layers means is checked once the network is known.
    case 'layers':
    case 'text':
      return text
    default:
      return assertNever(control)
  }
}

function withLeaf(node: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const object: object = typeof node === 'object' && node !== null ? node : {}
  return { ...object, [key]: withLeaf(Reflect.get(object, key), rest, value) }
}

/** The candidate with the fewest changed letters, of the whole path or of its last part. */
export function nearestPath(path: string, candidates: readonly string[]): string {
  const scored = candidates.map((candidate) => {
    const last = candidate.slice(candidate.lastIndexOf('.') + 1)
    return { candidate, distance: Math.min(editDistance(path, candidate), editDistance(path, last) + 0.5) }
  })
  return scored.reduce((best, next) => (next.distance < best.distance ? next : best)).candidate
}
