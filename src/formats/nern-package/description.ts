/** The description of a package, and checks that its numbers agree with each other. */
import { tableInputs } from '#shared/methods/nern/first-layer.ts'
import {
  packageDescriptionSchema,
  packageVersions,
  type PackageDescription,
  type PackagedEmbedding,
  type PackagedLayer,
  type StoredEntry,
} from '#shared/package/package-description.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { canBeTiled, kernelSizeOf, predictedShapeOf } from '#shared/tensors/represented-shape.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { countElements } from '../file-tensor.ts'
import type { PackageKind } from '../package-container/kind.ts'
import { additionsOf } from './additions.ts'

/** 8 GB of weights in float32: beyond any network this method was made for. */
const mostRepresentedWeights = 2 ** 31
/** 512 MB of random numbers in float32: 100 times as many as parts of 16,384 kernels with 64 each. */
const mostSeeded = 2 ** 27

export const nernPackageKind: PackageKind<PackageDescription> = {
  markKey: 'nern',
  versions: packageVersions,
  title: 'compressed package',
  origin: 'Give a .nern.safetensors file written by `studio export`.',
  schema: packageDescriptionSchema,
}

/** Throws `file-corrupt` or `file-unsafe` for a description that contradicts itself, naming the field. */
export function assertConsistent(file: NamedFile, description: PackageDescription): void {
  const { layers, embedding, predictor, kept } = description
  const corrupt = (problem: string, field: string) => fileError(file, 'file-corrupt', problem, `description, ${field}`)
  assertDistinctNames(file, [...layers, ...kept])
  assertRepresentedWeights(file, layers)
  const later = additionsOf(description).find(({ version }) => version > description.version)
  if (later !== undefined) {
    const subject = later.name === undefined ? '' : `${quoted(later.name)}: `
    const problem = `${subject}expected version ${later.version} for ${later.what}, found ${description.version}`
    throw corrupt(problem, 'version')
  }
  const untileable = layers.find((layer) => layer.tiled === true && !canBeTiled(layer))
  if (untileable !== undefined) throw corrupt(`${quoted(untileable.name)}: expected tiles of 1 x 1 kernels`, 'layers')
  const kernelSize = kernelSizeOf(layers)
  if (predictor.outputs !== kernelSize ** 2) {
    const problem = `expected ${kernelSize ** 2} outputs for kernels of ${kernelSize} x ${kernelSize}, found ${predictor.outputs}`
    throw corrupt(problem, 'predictor.outputs')
  }
  const partProblem = problemOfParts(description)
  if (partProblem !== undefined) throw corrupt(partProblem, 'predictor.parts')
  assertSeededNumbers(file, description)
  const columns = embeddingColumns(embedding, layers)
  if (predictor.inputs !== columns) {
    throw corrupt(`expected ${columns} inputs for this embedding, found ${predictor.inputs}`, 'predictor.inputs')
  }
  const expected = predictorTensors(predictor)
  predictor.tensors.forEach(({ name, shape }, at) => {
    const wanted = expected[at]
    if (wanted?.name === name && wanted.shape.join() === shape.join()) return
    const problem = `expected ${wanted === undefined ? 'no more tensors' : shown(wanted)}, found ${shown({ name, shape })}`
    throw corrupt(problem, `predictor.tensors.${at}`)
  })
  if (predictor.tensors.length !== expected.length) {
    throw corrupt(`expected ${expected.length} tensors, found ${predictor.tensors.length}`, 'predictor.tensors')
  }
  for (const { name, shape } of kept) {
    if (countElements(shape) === undefined) throw corrupt(`${quoted(name)}: its shape cannot be counted`, 'kept')
  }
}

/** What is wrong with the parts of a predictor; undefined where nothing is. */
function problemOfParts({ layers, embedding, predictor: { parts } }: PackageDescription): string | undefined {
  if (parts === undefined)
    return embedding.type === 'seeded' ? 'expected parts for seeded inputs, found none' : undefined
  const kernels = layers.reduce((sum, layer) => {
    const [filters, channels] = predictedShapeOf(layer)
    return sum + filters * channels
  }, 0)
  const shared = parts.reduce((sum, part) => sum + part, 0)
  return shared === kernels ? undefined : `expected parts of ${kernels} kernels in all, found ${shared}`
}

/** Throws `file-unsafe` for more random numbers than memory should be taken for: no byte of the file stands for them. */
function assertSeededNumbers(file: NamedFile, { embedding, predictor: { parts = [] } }: PackageDescription): void {
  if (embedding.type !== 'seeded') return
  const numbers = embedding.numbers * parts.reduce((most, part) => Math.max(most, part), 0)
  if (numbers <= mostSeeded) return
  const problem = `expected at most ${mostSeeded} random numbers for the largest part, found ${numbers}`
  throw fileError(file, 'file-unsafe', problem, 'description, predictor.parts')
}

/** Throws `file-corrupt` when a name occurs twice among represented and kept tensors. */
export function assertDistinctNames(file: NamedFile, entries: readonly { readonly name: string }[]): void {
  const seen = new Set<string>()
  for (const { name } of entries) {
    if (seen.has(name)) {
      const problem = `expected every tensor once, found ${quoted(name)} twice`
      throw fileError(file, 'file-corrupt', problem, 'description, layers and kept')
    }
    seen.add(name)
  }
}

/** Throws `file-unsafe` for more weights than memory should be taken for. */
export function assertRepresentedWeights(file: NamedFile, layers: readonly Pick<PackagedLayer, 'shape'>[]): void {
  const weights = layers.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  if (weights <= mostRepresentedWeights) return
  const problem = `expected at most ${mostRepresentedWeights} represented weights, found ${weights}`
  throw fileError(file, 'file-unsafe', problem, 'description, layers')
}

function embeddingColumns(embedding: PackagedEmbedding, layers: readonly PackagedLayer[]): number {
  if (embedding.type === 'one-hot') return tableInputs(layers)
  if (embedding.type === 'seeded') return embedding.numbers
  const isSum = embedding.type === 'positional' && embedding.fusion === 'sum'
  return (isSum ? 2 : 6) * embedding.levels
}

/** What a predictor of this shape consists of, in order. */
function predictorTensors(predictor: PackageDescription['predictor']): readonly Pick<StoredEntry, 'name' | 'shape'>[] {
  const { inputs, hiddenSize, blocks, outputs, parts } = predictor
  return Array.from({ length: blocks }, (_, block) => {
    const rows = (parts?.length ?? 1) * (block === blocks - 1 ? outputs : hiddenSize)
    return [
      { name: `predictor.${block}.weight`, shape: [rows, block === 0 ? inputs : hiddenSize] },
      { name: `predictor.${block}.bias`, shape: [rows] },
    ]
  }).flat()
}

function shown({ name, shape }: Pick<StoredEntry, 'name' | 'shape'>): string {
  return `${quoted(name)} of shape [${shape.join(', ')}]`
}
