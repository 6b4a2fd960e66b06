/** Finds the architecture a state dict belongs to, by names and shapes alone. */
import { fail, ok, type AppError, type Result } from '#shared/result.ts'
import { architectures, type Architecture } from './architectures.ts'
import type { Network, ParameterSpec } from './network.ts'

export interface NamedShape {
  readonly name: string
  readonly shape: readonly number[]
}

export interface MatchedNetwork {
  readonly network: Network
  /** From the name in the file to the name in `network.parameters`; tensors that are not parameters are left out. */
  readonly rename: ReadonlyMap<string, string>
}

interface Comparison {
  readonly architecture: Architecture
  readonly network: Network
  /** Parameters that are there with the right shape. */
  readonly agreeing: number
  /** Parameters that are missing or have another shape, and tensors without a parameter. */
  readonly disagreeing: number
  /** The first difference in state dict order, as a sentence; undefined when all agrees. */
  readonly firstDifference: string | undefined
}

/**
 * Matches tensors of a checkpoint to the one architecture with exactly these parameters. A `module.` prefix (left by
 * data-parallel training) and `num_batches_tracked` counters are ignored; the class count is read off the classifier.
 *
 * Errors: `architecture-unknown` names the nearest candidate and the first differing tensor;
 * `architecture-ambiguous` names all that match.
 */
export function matchArchitecture(
  tensors: readonly NamedShape[],
  candidates: readonly Architecture[] = architectures,
): Result<MatchedNetwork> {
  const renamed = renameTensors(tensors)
  if (!renamed.ok) return renamed
  const { rename, shapes } = renamed.value
  const comparisons = candidates.map((architecture) => compare(architecture, shapes))
  const [match, ...others] = comparisons.filter(({ firstDifference }) => firstDifference === undefined)
  if (match === undefined) return fail(unknownArchitecture(comparisons, [...shapes.keys()]))
  if (others.length > 0) {
    const ids = [match, ...others].map(({ architecture }) => architecture.id).join(', ')
    return fail({
      code: 'architecture-ambiguous',
      message: `The tensors fit more than one architecture: ${ids}.`,
      remedy: 'Name the architecture when importing (--arch).',
    })
  }
  return ok({ network: match.network, rename })
}

function renameTensors(
  tensors: readonly NamedShape[],
): Result<{ rename: Map<string, string>; shapes: Map<string, readonly number[]> }> {
  const rename = new Map<string, string>()
  const shapes = new Map<string, readonly number[]>()
  for (const { name, shape } of tensors) {
    const parameter = name.replace(/^(module\.)+/, '')
    if (parameter.endsWith('.num_batches_tracked')) continue
    if (shapes.has(parameter)) {
      return fail({
        code: 'file-corrupt',
        message: `Two tensors stand for ${parameter}, one with and one without the prefix "module.".`,
        where: name,
      })
    }
    rename.set(name, parameter)
    shapes.set(parameter, shape)
  }
  return ok({ rename, shapes })
}

function compare(architecture: Architecture, shapes: ReadonlyMap<string, readonly number[]>): Comparison {
  const network = architecture.build(classCountOf(architecture, shapes))
  const differences = network.parameters.flatMap((parameter) => differenceOf(parameter, shapes) ?? [])
  const known = new Set(network.parameters.map(({ name }) => name))
  const unexpected = [...shapes.keys()].filter((name) => !known.has(name))
  const firstUnexpected = unexpected[0]
  return {
    architecture,
    network,
    agreeing: network.parameters.length - differences.length,
    disagreeing: differences.length + unexpected.length,
    firstDifference:
      differences[0] ??
      (firstUnexpected === undefined
        ? undefined
        : `tensor ${firstUnexpected} ${format(shapes.get(firstUnexpected) ?? [])} is not a part of it`),
  }
}

function differenceOf(
  { name, shape }: ParameterSpec,
  shapes: ReadonlyMap<string, readonly number[]>,
): string | undefined {
  const found = shapes.get(name)
  if (found === undefined) return `tensor ${name} ${format(shape)} is missing`
  if (found.length === shape.length && found.every((extent, axis) => extent === shape[axis])) return undefined
  return `tensor ${name} should be ${format(shape)} and is ${format(found)}`
}

/** Rows of the last linear weight; 10 when the tensors have none, which then shows as the difference. */
function classCountOf(architecture: Architecture, shapes: ReadonlyMap<string, readonly number[]>): number {
  const classifier = architecture.build(1).parameters.findLast(({ role }) => role === 'linear-weight')
  const shape = classifier === undefined ? undefined : shapes.get(classifier.name)
  const [classes] = shape?.length === 2 ? shape : []
  return classes !== undefined && classes >= 1 ? classes : 10
}

function unknownArchitecture(comparisons: readonly Comparison[], names: readonly string[]): AppError {
  const [nearest] = comparisons.toSorted(
    (left, right) => right.agreeing - left.agreeing || left.disagreeing - right.disagreeing,
  )
  const known = comparisons.map(({ architecture }) => architecture.id).join(', ')
  const remedy = `Known architectures: ${known}.`
  if (nearest?.firstDifference === undefined || nearest.agreeing === 0) {
    return {
      code: 'architecture-unknown',
      message: `None of the ${names.length} tensors belongs to a known architecture.`,
      where: names[0] ?? 'no tensors',
      remedy,
    }
  }
  return {
    code: 'architecture-unknown',
    message: `The ${names.length} tensors fit no known architecture; nearest is ${nearest.architecture.title}, but ${nearest.firstDifference}.`,
    where: nearest.firstDifference.split(' ')[1] ?? '',
    remedy,
  }
}

function format(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
