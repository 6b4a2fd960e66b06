/** Finds the architecture a state dict belongs to, by names and shapes; the class count decides between equal ones. */
import type { ArchitectureFamily } from '#shared/network/architecture-catalogue.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { fail, ok, type AppError, type Result } from '#shared/basics/result.ts'
import { architectures, type Architecture } from './architectures.ts'
import type { Network, ParameterSpec } from './network.ts'
import { wayIn } from './other-networks.ts'
import {
  bookkeepingNote,
  isBookkeeping,
  sharedPrefixes,
  withoutWrappers,
  wrappersIn,
  type NamedShape,
} from './plain-names.ts'
import { torchvisionName } from './timm-names.ts'

export interface MatchedNetwork {
  readonly network: Network
  /** From the name in the file to the name in `network.parameters`; tensors that are not parameters are left out. */
  readonly rename: ReadonlyMap<string, string>
  /** What was done to the names, a sentence each. */
  readonly notes: readonly string[]
}

/** Tensors of a file under the names that are compared. */
interface PlainTensors {
  /** From the name in the file. */
  readonly rename: ReadonlyMap<string, string>
  readonly shapes: ReadonlyMap<string, readonly number[]>
}

/** The deepest network of the zoo has 600; more are near to none, and comparing a million would take minutes. */
const mostTensors = 2000

interface Comparison {
  readonly architecture: Architecture
  readonly network: Network
  /** From names without prefixes to names in `network.parameters`. */
  readonly aliases: ReadonlyMap<string, string>
  /** Parameters that are there with the right shape. */
  readonly agreeing: number
  /** Parameters that are missing or have another shape, and tensors without a parameter. */
  readonly disagreeing: number
  /** The first difference in state dict order, as a sentence; undefined when all agrees. */
  readonly firstDifference: string | undefined
}

/**
 * Matches tensors of a weights file to the one architecture with exactly these parameters. Prefixes that all tensors share,
 * what training programs put into their names (plain-names.ts) and tensors that compute nothing are ignored; the class
 * count is read off the classifier. ResNets are named in several ways: `shortcut` or `downsample`, `linear` or `fc`;
 * timm's names are known (timm-names.ts), whose tensors may have another shape with the same numbers. An ImageNet network
 * and its CIFAR variant may have the same tensors; then the class counts of those data sets decide. Where a part without tensors
 * makes the difference, the spelling may decide, or nothing does.
 *
 * Errors: `architecture-unknown` names a candidate that agrees in most, and the first differing tensor;
 * `architecture-ambiguous` names all that match; `file-corrupt` for two tensors of one name.
 *
 * @param named the architecture that the file itself names, which decides among several that match
 */
export function matchArchitecture(
  tensors: readonly NamedShape[],
  candidates: readonly Architecture[] = architectures,
  named?: string,
): Result<MatchedNetwork> {
  const computing = tensors.filter((tensor) => !isBookkeeping(tensor))
  const plain = plainTensors(computing)
  if (!plain.ok) return plain
  const tried: Comparison[] = []
  const names = [...plain.value.shapes.keys()]
  for (const prefix of names.length > mostTensors ? [] : sharedPrefixes(names)) {
    const { rename, shapes } = withoutPrefix(plain.value, prefix)
    const comparisons = candidates.map((architecture) => compare(architecture, shapes))
    const matches = comparisons.filter(({ firstDifference }) => firstDifference === undefined)
    const [match, ...others] = matches.length > 1 ? likelyMatches(matches, named) : matches
    if (others.length > 0) return fail(ambiguous(matches))
    if (match !== undefined) {
      const { network, aliases } = match
      const complete = new Map([...rename].map(([file, name]) => [file, aliases.get(name) ?? name]))
      const notes = [...prefixNote(rename), ...bookkeepingNote(tensors.filter(isBookkeeping))]
      return ok({ network, rename: complete, notes })
    }
    tried.push(...comparisons)
  }
  return fail(unknownArchitecture(tried, candidates, [...plain.value.rename.keys()]))
}

function ambiguous(matches: readonly Comparison[]): AppError {
  const ids = matches.map(({ architecture }) => architecture.id).join(', ')
  return {
    code: 'architecture-ambiguous',
    message: `The tensors fit more than one architecture: ${ids}.`,
    remedy: 'Name the architecture when importing (--arch).',
  }
}

/** Says what all names began with, or what stood within them. */
function prefixNote(rename: ReadonlyMap<string, string>): readonly string[] {
  const [first] = rename
  if (first === undefined) return []
  const [name, parameter] = first
  const prefix = name.slice(0, name.length - parameter.length)
  const isShared = [...rename].every(([file, plain]) => file === `${prefix}${plain}`)
  if (isShared) return prefix === '' ? [] : [`All names of tensors begin with "${prefix}", which was left out.`]
  const words = new Set([...rename.keys()].flatMap(wrappersIn))
  return [`Left out of the names of tensors: ${[...words].map((word) => `"${word}"`).join(', ')}.`]
}

/** The one that the file names, or those that are spelled as in the file and whose family usually has as many classes. */
function likelyMatches(matches: readonly Comparison[], named: string | undefined): readonly Comparison[] {
  const said = matches.filter(({ architecture }) => architecture.id === named)
  if (said.length > 0) return said
  const spelled = matches.filter(({ architecture, aliases }) => !architecture.isNamedExactly || aliases.size === 0)
  const usual = spelled.filter(({ architecture, network }) =>
    usualClasses[architecture.family].includes(network.classes),
  )
  return usual.length > 0 ? usual : spelled
}

/** Of CIFAR-10 and CIFAR-100, and of ImageNet. */
const usualClasses: Readonly<Record<ArchitectureFamily, readonly number[]>> = { cifar: [10, 100], imagenet: [1000] }

function plainTensors(tensors: readonly NamedShape[]): Result<PlainTensors> {
  const rename = new Map<string, string>()
  const shapes = new Map<string, readonly number[]>()
  for (const { name, shape } of tensors) {
    const parameter = withoutWrappers(name)
    if (shapes.has(parameter)) {
      return fail({
        code: 'file-corrupt',
        message: `Two tensors stand for ${parameter}, with and without a prefix such as "module.".`,
        where: name,
        remedy: 'Save the network on which the training ended, without its wrapper, again.',
      })
    }
    rename.set(name, parameter)
    shapes.set(parameter, shape)
  }
  return ok({ rename, shapes })
}

function withoutPrefix({ rename, shapes }: PlainTensors, prefix: string): PlainTensors {
  return {
    rename: new Map([...rename].map(([file, name]) => [file, name.slice(prefix.length)])),
    shapes: new Map([...shapes].map(([name, shape]) => [name.slice(prefix.length), shape])),
  }
}

function compare(architecture: Architecture, found: ReadonlyMap<string, readonly number[]>): Comparison {
  const { parameters } = architecture.build(1)
  const aliases = aliasesOf(parameters, found)
  const shapes = new Map(
    [...found].map(([name, shape]) => {
      const alias = aliases.get(name)
      return alias === undefined ? [name, shape] : [alias, asLinear(shape, parameters, alias)]
    }),
  )
  const network = architecture.build(classCountOf(parameters, shapes))
  const differences = network.parameters.flatMap((parameter) => differenceOf(parameter, shapes) ?? [])
  const known = new Set(network.parameters.map(({ name }) => name))
  const unexpected = [...shapes.keys()].filter((name) => !known.has(name))
  const firstUnexpected = unexpected[0]
  return {
    architecture,
    network,
    aliases,
    agreeing: network.parameters.length - differences.length,
    disagreeing: differences.length + unexpected.length,
    firstDifference:
      differences[0] ??
      (firstUnexpected === undefined
        ? undefined
        : `tensor ${firstUnexpected} ${format(shapes.get(firstUnexpected) ?? [])} is not a part of it`),
  }
}

/** A convolution over a whole map as the linear layer that `parameter` is: the same numbers in the same order. */
function asLinear(
  shape: readonly number[],
  parameters: readonly ParameterSpec[],
  parameter: string,
): readonly number[] {
  const isLinear = parameters.some(({ name, role }) => name === parameter && role === 'linear-weight')
  const [outputs = 0, ...rest] = shape
  return isLinear && shape.length === 4 ? [outputs, sizeOf(rest)] : shape
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

/** Other spellings of a ResNet's modules, by what they are called in the zoo. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/\.shortcut\./, '.downsample.'],
  [/\.downsample\./, '.shortcut.'],
  [/^linear\./, 'fc.'],
  [/^fc\./, 'linear.'],
]

/** Names that are parameters of the architecture in another spelling, unless these are there, too. */
function aliasesOf(
  parameters: readonly ParameterSpec[],
  found: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, string> {
  const known = new Set(parameters.map(({ name }) => name))
  const aliases = new Map<string, string>()
  for (const name of found.keys()) {
    if (known.has(name)) continue
    for (const [pattern, spelling] of spellings) {
      const other = name.replace(pattern, spelling)
      if (other !== name && known.has(other) && !found.has(other)) aliases.set(name, other)
    }
    const other = torchvisionName(name)
    if (other !== undefined && known.has(other) && !found.has(other)) aliases.set(name, other)
  }
  return aliases
}

/**
 * Rows of the classifier, the last weight in state dict order; 10 when the tensors have none, which then shows as the
 * difference.
 */
function classCountOf(parameters: readonly ParameterSpec[], shapes: ReadonlyMap<string, readonly number[]>): number {
  const classifier = parameters.findLast(({ role }) => role === 'linear-weight' || role === 'conv-weight')
  const shape = classifier === undefined ? undefined : shapes.get(classifier.name)
  const [classes] = shape?.length === classifier?.shape.length ? (shape ?? []) : []
  return classes !== undefined && classes >= 1 ? classes : 10
}

/** Fewer of an architecture's parameters, and it is not near: its difference would lead astray. */
const nearShare = 0.5

function unknownArchitecture(
  comparisons: readonly Comparison[],
  candidates: readonly Architecture[],
  names: readonly string[],
): AppError {
  const [nearest] = comparisons.toSorted(
    (left, right) => right.agreeing - left.agreeing || left.disagreeing - right.disagreeing,
  )
  const known = candidates.map(({ id }) => id).join(', ')
  const remedy = `${wayIn(names)} Known architectures: ${known}.`
  const where = names[0] ?? 'no tensors'
  const code = 'architecture-unknown'
  if (nearest?.agreeing === 0) {
    const message = `None of the ${names.length} tensors belongs to a known architecture.`
    return { code, message, where, remedy }
  }
  const isNear = nearest !== undefined && nearest.agreeing >= nearShare * nearest.network.parameters.length
  if (!isNear || nearest.firstDifference === undefined) {
    return { code, message: `The ${names.length} tensors fit no known architecture.`, where, remedy }
  }
  return {
    code,
    message: `The ${names.length} tensors fit no known architecture; nearest is ${nearest.architecture.title}, but ${nearest.firstDifference}.`,
    where: nearest.firstDifference.split(' ')[1] ?? '',
    remedy,
  }
}

function format(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}
