/** Reads and checks the description of a package: after this its numbers agree with each other and with the file. */
import { inflateSync } from 'node:zlib'
import {
  packageDescriptionSchema,
  packageMarkSchema,
  packageVersion,
  type PackageDescription,
  type PackagedEmbedding,
  type StoredEntry,
} from '#shared/package-description.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { countElements } from '../file-tensor.ts'
import { descriptionSection, markKey } from './sections.ts'

/** Of the JSON text: a network of 100,000 layers takes 8 MB. */
const mostDescriptionBytes = 16 * 2 ** 20
/** 8 GB of weights in float32: beyond any network this method was made for. */
const mostRepresentedWeights = 2 ** 31

const updateRemedy = 'Update the studio, or write the package again with this version.'
const notAPackageRemedy = 'Give a .nern.safetensors file written by `studio export`.'

/** Throws `file-unsupported` unless the header's metadata says that the file is a package of a version read here. */
export function assertMark(file: NamedFile, metadata: Readonly<Record<string, string>>): void {
  const at = `metadata ${quoted(markKey)}`
  const text = Object.hasOwn(metadata, markKey) ? metadata[markKey] : undefined
  if (text === undefined) {
    const problem = 'expected a compressed package, found an ordinary safetensors file'
    throw fileError(file, 'file-unsupported', problem, at, notAPackageRemedy)
  }
  const mark = packageMarkSchema.safeParse(parseJson(file, text, at))
  if (!mark.success) throw fileError(file, 'file-corrupt', `${at}: expected a version, found none`, at)
  if (mark.data.version === packageVersion) return
  const problem = `expected a package of version ${packageVersion}, found version ${mark.data.version}`
  throw fileError(file, 'file-unsupported', problem, at, updateRemedy)
}

/** Throws `file-corrupt` or `file-unsafe`, naming the field. */
export function readDescription(file: NamedFile, compressed: Uint8Array): PackageDescription {
  const at = `tensor ${quoted(descriptionSection)}`
  let text: string
  try {
    const bytes = inflateSync(compressed, { maxOutputLength: mostDescriptionBytes })
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const isTooLong = cause instanceof RangeError
    const problem = isTooLong
      ? `${at}: expected a description of at most ${mostDescriptionBytes} bytes, found more`
      : `${at}: expected a zlib stream of UTF-8 text, found something else (${reason.slice(0, 120)})`
    throw fileError(file, isTooLong ? 'file-unsafe' : 'file-corrupt', problem, at)
  }
  const parsed = packageDescriptionSchema.safeParse(parseJson(file, text, at))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') ?? ''
    const problem = `description ${quoted(field)}: ${issue?.message ?? 'not as expected'}`
    throw fileError(file, 'file-corrupt', problem, `description, ${quoted(field)}`)
  }
  assertConsistent(file, parsed.data)
  return parsed.data
}

function parseJson(file: NamedFile, text: string, at: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fileError(file, 'file-corrupt', `${at}: expected JSON, found something else (${reason.slice(0, 120)})`, at)
  }
}

function assertConsistent(file: NamedFile, description: PackageDescription): void {
  const { layers, embedding, predictor, kept } = description
  const corrupt = (problem: string, field: string) => fileError(file, 'file-corrupt', problem, `description, ${field}`)
  assertNames(
    [...layers, ...kept].map(({ name }) => name),
    (name) => corrupt(`expected every tensor once, found ${quoted(name)} twice`, 'layers and kept'),
  )
  const weights = layers.reduce((sum, { shape: [f, c, h, w] }) => sum + f * c * h * w, 0)
  if (weights > mostRepresentedWeights) {
    const problem = `expected at most ${mostRepresentedWeights} represented weights, found ${weights}`
    throw fileError(file, 'file-unsafe', problem, 'description, layers')
  }
  const kernelSize = layers.reduce((most, { shape: [, , h, w] }) => Math.max(most, h, w), 1)
  if (predictor.outputs !== kernelSize ** 2) {
    const problem = `expected ${kernelSize ** 2} outputs for kernels of ${kernelSize} x ${kernelSize}, found ${predictor.outputs}`
    throw corrupt(problem, 'predictor.outputs')
  }
  const columns = embeddingColumns(embedding)
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

function assertNames(names: readonly string[], twice: (name: string) => Error): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw twice(name)
    seen.add(name)
  }
}

function embeddingColumns(embedding: PackagedEmbedding): number {
  const isSum = embedding.type === 'positional' && embedding.fusion === 'sum'
  return (isSum ? 2 : 6) * embedding.levels
}

/** What a predictor of this shape consists of, in order. */
function predictorTensors(predictor: PackageDescription['predictor']): readonly Pick<StoredEntry, 'name' | 'shape'>[] {
  const { inputs, hiddenSize, blocks, outputs } = predictor
  return Array.from({ length: blocks }, (_, block) => {
    const rows = block === blocks - 1 ? outputs : hiddenSize
    return [
      { name: `predictor.${block}.weight`, shape: [rows, block === 0 ? inputs : hiddenSize] },
      { name: `predictor.${block}.bias`, shape: [rows] },
    ]
  }).flat()
}

function shown({ name, shape }: Pick<StoredEntry, 'name' | 'shape'>): string {
  return `${quoted(name)} of shape [${shape.join(', ')}]`
}
