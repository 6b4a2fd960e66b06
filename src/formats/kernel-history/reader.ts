/** Reads a run's kernel history: descriptions first, then the kernels of the layers that are asked for. */
import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'
import { ok, unwrap, type Result } from '#shared/basics/result.ts'
import { kernelSampleSchema, kernelSnapshotSchema } from '#shared/tensors/kernel-history.ts'
import { sampledKernels, sampleShapeOf, type SampledLayer } from '#shared/tensors/kernel-sample.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import type { ByteSource } from '../byte-source.ts'
import { asResult, fileError, quoted, type NamedFile } from '../file-error.ts'
import { integersOf, type FileDtype, type FileTensor } from '../file-tensor.ts'
import { openSafetensors, type SafetensorsFile } from '../safetensors/reader.ts'
import { originalPrefix, placePrefix, sampleKey, snapshotKey } from './names.ts'

/** Of one file: many times what the studio writes. */
const mostBytes = 16 * 2 ** 20

/** Just the part of a schema that is used here: `formats` does not know its library. */
interface Schema<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false }
}

/** Which kernels of a run are shown, and what they were originally. */
export interface KernelSampleFile {
  readonly layers: readonly SampledLayer[]
  /** Errors: `file-corrupt`. */
  readLayer(layer: SampledLayer): Promise<Result<SampledKernels>>
}

export interface SampledKernels {
  /** Row-major values of `sampleShapeOf`. */
  readonly original: Float32Array
  /** Place of each kernel among all of its layer, as the method sees them; absent without a permutation. */
  readonly places?: Int32Array
}

/** What a run had made of the kernels at a step. */
export interface KernelSnapshotFile {
  readonly step: number
  readonly phase: string
  /** ||w - w'|| / ||w|| of each whole layer, in the order of the sample; NaN where it is no number. */
  readonly errors: readonly number[]
  /** Row-major values of `sampleShapeOf`. Errors: `file-corrupt`. */
  readLayer(layer: SampledLayer): Promise<Result<Float32Array>>
}

/** Errors: those of `openSafetensors`, `file-unsupported` for another file, `file-corrupt`, `file-unsafe`. */
export function openKernelSample(source: ByteSource): Promise<Result<KernelSampleFile>> {
  return asResult(async () => {
    const { file, description } = await openDescribed(source, sampleKey, kernelSampleSchema)
    assertLayers(source, description.layers)
    return ok({
      layers: description.layers,
      readLayer: (layer: SampledLayer) =>
        asResult(async () => {
          const shape = sampleShapeOf(layer)
          const original = await readTensor(source, file, `${originalPrefix}${layer.name}`, shape, 'float32')
          const placesName = `${placePrefix}${layer.name}`
          return ok({
            original: original.toFloat32(),
            ...(hasTensor(file, placesName) ? { places: await readPlaces(source, file, placesName, layer) } : {}),
          })
        }),
    })
  })
}

/**
 * @param layers of the sample that the snapshot belongs to
 * Errors: those of `openSafetensors`, `file-unsupported` for another file, `file-corrupt`, `file-unsafe`.
 */
export function openKernelSnapshot(
  source: ByteSource,
  layers: readonly SampledLayer[],
): Promise<Result<KernelSnapshotFile>> {
  return asResult(async () => {
    const { file, description } = await openDescribed(source, snapshotKey, kernelSnapshotSchema)
    const { step, phase, errors } = description
    if (errors.length !== layers.length) {
      const problem = `expected errors of ${layers.length} layers, found ${errors.length}`
      throw fileError(source, 'file-corrupt', problem, `metadata ${quoted(snapshotKey)}`)
    }
    return ok({
      step,
      phase,
      errors: errors.map((error) => error ?? Number.NaN),
      readLayer: (layer: SampledLayer) =>
        asResult(async () =>
          ok((await readTensor(source, file, layer.name, sampleShapeOf(layer), 'float16')).toFloat32()),
        ),
    })
  })
}

async function openDescribed<T>(
  source: ByteSource,
  key: string,
  schema: Schema<T>,
): Promise<{ readonly file: SafetensorsFile; readonly description: T }> {
  const at = `metadata ${quoted(key)}`
  if (source.size > mostBytes) {
    throw fileError(source, 'file-unsafe', `expected at most ${mostBytes} bytes, found ${source.size}`, 'its size')
  }
  const file = unwrap(await openSafetensors(source))
  const text = new Map(Object.entries(file.metadata)).get(key)
  if (text === undefined) {
    throw fileError(source, 'file-unsupported', 'expected a file of a kernel history, found another', at)
  }
  const parsed = schema.safeParse(jsonOrNothing(text))
  if (!parsed.success) throw fileError(source, 'file-corrupt', `${at}: expected a description, found none`, at)
  return { file, description: parsed.data }
}

/** Throws `file-corrupt` for a layer that is named twice, or a kernel that its layer does not have. */
function assertLayers(file: NamedFile, layers: readonly SampledLayer[]): void {
  const names = new Set<string>()
  for (const { name, shape, filters, channels } of layers) {
    const corrupt = (problem: string) => fileError(file, 'file-corrupt', problem, `layer ${quoted(name)}`)
    if (names.has(name)) throw corrupt('expected each layer once, found it twice')
    names.add(name)
    const [allFilters, allChannels] = kernelShapeOf(shape)
    if (!isAscendingBelow(filters, allFilters)) throw corrupt(`expected filters of ${allFilters}, found others`)
    if (!isAscendingBelow(channels, allChannels)) throw corrupt(`expected channels of ${allChannels}, found others`)
  }
}

function isAscendingBelow(indices: readonly number[], end: number): boolean {
  return indices.every((index, at) => index < end && (at === 0 || index > (indices[at - 1] ?? 0)))
}

async function readTensor(
  source: NamedFile,
  file: SafetensorsFile,
  name: string,
  shape: readonly number[],
  dtype: FileDtype,
): Promise<FileTensor> {
  const at = `tensor ${quoted(name)}`
  if (!hasTensor(file, name)) throw fileError(source, 'file-corrupt', `expected ${at}, found none`, at)
  const tensor = unwrap(await file.readTensor(name))
  if (tensor.dtype === dtype && tensor.shape.join() === shape.join()) return tensor
  const problem = `expected ${dtype} of [${shape.join(', ')}], found ${tensor.dtype} of [${tensor.shape.join(', ')}]`
  throw fileError(source, 'file-corrupt', problem, at)
}

function hasTensor({ entries }: SafetensorsFile, wanted: string): boolean {
  return entries.some(({ name }) => name === wanted)
}

async function readPlaces(
  source: NamedFile,
  file: SafetensorsFile,
  name: string,
  layer: SampledLayer,
): Promise<Int32Array> {
  const [filters, channels] = kernelShapeOf(layer.shape)
  const tensor = await readTensor(source, file, name, sampleShapeOf(layer).slice(0, 2), 'int32')
  const places = Int32Array.from(integersOf(tensor) ?? [])
  const isWhole = new Set(places).size === sampledKernels(layer).length
  if (isWhole && places.every((place) => place >= 0 && place < filters * channels)) return places
  throw fileError(source, 'file-corrupt', 'expected a place of its own for each kernel', `tensor ${quoted(name)}`)
}
