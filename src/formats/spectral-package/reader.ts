import { ok, type AppException, type Result } from '#shared/basics/result.ts'
import type { SpectralDescription, SpectralLayerEntry } from '#shared/package/spectral-description.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import type { SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import { asResultSync, fileError, quoted, type NamedFile } from '../file-error.ts'
import { assertRepresentedWeights } from '../nern-package/description.ts'
import { keptBytes, type TensorBytes } from '../nern-package/package-bytes.ts'
import { expectedTensorSections } from '../nern-package/sections.ts'
import { decodeTensors, sectionsOf } from '../nern-package/tensor-table.ts'
import { mostKernelWeights } from '../coding/kernel-codes.ts'
import { hasMark } from '../package-container/kind.ts'
import { assertSections, openContainer, type ContainerFile } from '../package-container/reader.ts'
import { layersSection, spectralPackageKind } from './kind.ts'
import { decodeLayerStream, meterLayerStream, sideBytes, type LayerNumbers } from './layer-stream.ts'
import { excessOf } from './limits.ts'
import { assertNames, biasNameOf } from './names.ts'
import type { SideShape } from './side-numbers.ts'

/** A spectral package whose description was read and whose sections have their checksums. */
export type SpectralFile = ContainerFile<SpectralDescription>

/** Whether the header of a safetensors file says that it is a spectral package. */
export function isSpectralPackage(metadata: Readonly<Record<string, string>>): boolean {
  return hasMark(spectralPackageKind, metadata)
}

/**
 * Opens a spectral package that is in memory. Errors: those of `readSafetensors`; `file-unsupported` for another version or
 * another file; `file-corrupt`, `file-unsafe` for a description that contradicts itself or its sections.
 */
export function openSpectralPackage(bytes: Uint8Array, fileName: string): Result<SpectralFile> {
  return asResultSync(() => {
    const opened = openContainer(spectralPackageKind, bytes, fileName)
    const file = { name: fileName }
    const { layers, kept, checksums } = opened.description
    const names = kept.map(({ name }) => name)
    assertNames(layers, names, corruptTensor(file))
    assertRepresentedWeights(file, layers)
    assertKernels(file, layers)
    const expected = new Map(expectedTensorSections('kept', kept)).set(layersSection, { dtype: 'uint8' })
    assertSections(file, checksums, expected, opened.sections)
    return ok(opened)
  })
}

/** Opens a package and decodes all of it. Errors as `openSpectralPackage`; `file-corrupt` also for a damaged stream. */
export function readSpectralPackage(bytes: Uint8Array, fileName: string): Result<SpectralPackage> {
  return asResultSync(() => {
    const opened = openSpectralPackage(bytes, fileName)
    if (!opened.ok) return opened
    return ok(decode({ name: fileName }, opened.value))
  })
}

/** Where the bytes of a package go; together they are its file, exactly. */
export interface SpectralBytes {
  readonly kernels: number
  /** Exponents of steps and gains, coded biases. */
  readonly side: number
  /** Tensor by tensor, in the order of the description. */
  readonly kept: readonly TensorBytes[]
  /** The safetensors header and the description. */
  readonly header: number
}

/** Errors: `file-corrupt` for a damaged stream. */
export function spectralBytes(file: SpectralFile, fileName: string): Result<SpectralBytes> {
  return asResultSync(() => {
    const { description, sections, sizeBytes } = file
    const stream = sections.get(layersSection)?.bytes ?? new Uint8Array(0)
    const side = sideBytes(stream, description.layers.map(sideShape), corruptStream({ name: fileName }))
    const kernels = stream.byteLength - side
    const kept = keptBytes(description.kept)
    // The reader has checked that the sections cover the file and have the sizes of their entries.
    const header = sizeBytes - stream.byteLength - kept.reduce((sum, { bytes }) => sum + bytes, 0)
    return ok({ kernels, side, kept, header })
  })
}

/** Bytes that the codes of each layer take in the stream of all. Errors: `file-corrupt` for a damaged stream. */
export function spectralLayerBytes(
  { description, sections }: SpectralFile,
  fileName: string,
): Result<ReadonlyMap<string, number>> {
  return asResultSync(() => {
    const stream = sections.get(layersSection)?.bytes ?? new Uint8Array(0)
    const shapes = description.layers.map(sideShape)
    const layers = decodeLayerStream(stream, shapes, description.transform, corruptStream({ name: fileName }))
    return ok(new Map(layers.map(({ layer, bytes }) => [layer.entry.name, bytes])))
  })
}

/** The codes of a package, with what each of them takes of its file. */
export interface MeteredPackage {
  /** Bits of steps, gains and biases. */
  readonly sideBits: number
  readonly layers: readonly MeteredLayer[]
}

export interface MeteredLayer {
  readonly layer: SpectralLayer
  /** Of each code, in their order. */
  readonly bits: Float32Array
}

/** Decodes all layers. Errors: `file-corrupt` for a damaged stream. */
export function meterSpectralPackage(
  { description, sections }: SpectralFile,
  fileName: string,
): Result<MeteredPackage> {
  return asResultSync(() => {
    const stream = sections.get(layersSection)?.bytes ?? new Uint8Array(0)
    const shapes = description.layers.map(sideShape)
    const metered = meterLayerStream(stream, shapes, description.transform, corruptStream({ name: fileName }))
    const layers = metered.layers.map(({ layer, numbers, bits }) => ({ layer: layerOf(layer.entry, numbers), bits }))
    return ok({ sideBits: metered.sideBits, layers })
  })
}

function decode(file: NamedFile, { description, sections }: SpectralFile): SpectralPackage {
  const { network, transform, step, layers, kept, config, accuracies } = description
  const stream = sections.get(layersSection)?.bytes ?? new Uint8Array(0)
  const decoded = decodeLayerStream(stream, layers.map(sideShape), transform, corruptStream(file))
  const coded = decoded.map(({ layer, numbers }) => layerOf(layer.entry, numbers))
  for (const layer of coded) {
    const excess = excessOf(layer, step)
    if (excess !== undefined) throw corruptTensor(file)(layer.name, excess)
  }
  return {
    network,
    transform,
    step,
    layers: coded,
    kept: decodeTensors({ entries: kept, sections: sectionsOf('kept', sections) }, corruptTensor(file)),
    config,
    accuracies,
  }
}

function sideShape(entry: SpectralLayerEntry): SideShape & { readonly entry: SpectralLayerEntry } {
  return { entry, shape: entry.shape, hasBias: biasNameOf(entry) !== undefined }
}

function layerOf(entry: SpectralLayerEntry, { bias, ...numbers }: LayerNumbers): SpectralLayer {
  const { name, shape, folded } = entry
  const biasName = biasNameOf(entry)
  return {
    name,
    shape,
    ...numbers,
    ...(folded === undefined ? {} : { folded }),
    ...(biasName === undefined || bias === undefined ? {} : { bias: { name: biasName, ...bias } }),
  }
}

/** Throws `file-unsafe` for kernels whose transform would take more memory than any network's. */
function assertKernels(file: NamedFile, layers: readonly SpectralLayerEntry[]): void {
  for (const { name, shape } of layers) {
    const [, , height, width] = kernelShapeOf(shape)
    if (height * width <= mostKernelWeights) continue
    const problem = `${quoted(name)}: expected kernels of at most ${mostKernelWeights} weights, found ${height} x ${width}`
    throw fileError(file, 'file-unsafe', problem, 'description, layers')
  }
}

function corruptTensor(file: NamedFile): (name: string, problem: string) => AppException {
  return (name, problem) => {
    const at = `tensor ${quoted(name)}`
    return fileError(file, 'file-corrupt', `${at}: ${problem}`, at)
  }
}

function corruptStream(file: NamedFile): (problem: string) => AppException {
  const at = `tensor ${quoted(layersSection)}`
  return (problem) => fileError(file, 'file-corrupt', `${at}: ${problem}`, at)
}
