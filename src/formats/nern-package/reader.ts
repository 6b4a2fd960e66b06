import { crc32 } from 'node:zlib'
import type { PackageDescription } from '#shared/package-description.ts'
import { ok, type Result } from '#shared/result.ts'
import { asResultSync, fileError, quoted, type NamedFile } from '../file-error.ts'
import type { FileTensor } from '../file-tensor.ts'
import { readSafetensors } from '../safetensors/reader.ts'
import { assertMark, readDescription } from './description.ts'
import { decodeOrders } from './layer-orders.ts'
import { descriptionSection, expectedSections, markKey, ordersSection, sectionDtypes, sectionName } from './sections.ts'
import type { Owner, Precision } from './sections.ts'
import { decodeTensors, type TensorTable } from './tensor-table.ts'
import type { NernPackage } from './writer.ts'

/** A package whose description was read and whose sections have their sizes and checksums; nothing is decoded yet. */
export interface PackageFile {
  readonly description: PackageDescription
  readonly sections: ReadonlyMap<string, FileTensor>
  /** Of the file. */
  readonly sizeBytes: number
}

/** Whether the header of a safetensors file says that it is a compressed package. */
export function isPackage(metadata: Readonly<Record<string, string>>): boolean {
  return Object.hasOwn(metadata, markKey)
}

/**
 * Opens a package that is in memory. Errors: those of `readSafetensors`; `file-unsupported` for another version or an
 * ordinary file; `file-corrupt`, `file-unsafe` for a description that contradicts itself or its sections.
 */
export function openPackage(bytes: Uint8Array, fileName: string): Result<PackageFile> {
  return asResultSync(() => {
    const content = readSafetensors(bytes, fileName)
    if (!content.ok) return content
    const file = { name: fileName }
    const { tensors, metadata } = content.value
    assertMark(file, metadata)
    const compressed = tensors.get(descriptionSection)
    if (compressed?.dtype !== 'uint8') {
      const at = `tensor ${quoted(descriptionSection)}`
      throw fileError(file, 'file-corrupt', `expected ${at} of bytes, found none`, at)
    }
    const description = readDescription(file, compressed.bytes)
    assertSections(file, description, tensors)
    return ok({ description, sections: tensors, sizeBytes: bytes.byteLength })
  })
}

/** Opens a package and decodes all of it. Errors as `openPackage`; `file-corrupt` also for a damaged code stream. */
export function readPackage(bytes: Uint8Array, fileName: string): Result<NernPackage> {
  return asResultSync(() => {
    const opened = openPackage(bytes, fileName)
    if (!opened.ok) return opened
    return ok(decode({ name: fileName }, opened.value))
  })
}

function decode(file: NamedFile, { description, sections }: PackageFile): NernPackage {
  const { network, layers, embedding, permutation, config, accuracies, kept } = description
  const { tensors, activation: _activation, ...predictorShape } = description.predictor
  const corruptTensor = (name: string, problem: string) => {
    const at = `tensor ${quoted(name)}`
    return fileError(file, 'file-corrupt', `${at}: ${problem}`, at)
  }
  const bytesOf = (name: string): Uint8Array => sections.get(name)?.bytes ?? new Uint8Array(0)
  const tableOf = (owner: Owner, entries: TensorTable['entries']): TensorTable => {
    const section = (precision: Precision): Uint8Array => bytesOf(sectionName(owner, precision))
    return {
      entries,
      sections: { float32: section('float32'), float16: section('float16'), codes: section('codes') },
    }
  }
  const corruptOrders = (problem: string) => corruptTensor(ordersSection, problem)
  return {
    network,
    layers,
    embedding,
    predictorShape,
    config,
    accuracies,
    predictor: decodeTensors(tableOf('predictor', tensors), corruptTensor),
    kept: decodeTensors(tableOf('kept', kept), corruptTensor),
    orders: permutation === 'none' ? [] : decodeOrders(bytesOf(ordersSection), permutation, layers, corruptOrders),
  }
}

/** Every section that the description needs, with its size and checksum, and no other. */
function assertSections(
  file: NamedFile,
  description: PackageDescription,
  tensors: ReadonlyMap<string, FileTensor>,
): void {
  const expected = expectedSections(description)
  for (const [name, tensor] of tensors) {
    if (name === descriptionSection) continue
    const at = `tensor ${quoted(name)}`
    const isOrders = name === ordersSection && description.permutation !== 'none'
    const dtype = isOrders ? 'uint8' : dtypeOf(name)
    const size = isOrders ? tensor.bytes.byteLength : expected.get(name)
    if (size === undefined || dtype !== tensor.dtype || tensor.shape.length !== 1) {
      throw fileError(file, 'file-corrupt', `${at}: the description knows no such tensor`, at)
    }
    if (size !== tensor.bytes.byteLength) {
      const problem = `${at}: expected ${size} bytes by the description, found ${tensor.bytes.byteLength}`
      throw fileError(file, 'file-corrupt', problem, at)
    }
    const checksum = Object.hasOwn(description.checksums, name) ? description.checksums[name] : undefined
    const found = crc32(tensor.bytes)
    if (checksum !== found) {
      const problem = `${at}: expected CRC-32 ${checksum ?? 'in the description'}, found ${found}: its bytes have changed`
      throw fileError(file, 'file-corrupt', problem, at)
    }
  }
  const needed = [...expected.keys(), ...(description.permutation === 'none' ? [] : [ordersSection])]
  const missing = needed.find((name) => !tensors.has(name))
  if (missing === undefined) return
  const at = `tensor ${quoted(missing)}`
  throw fileError(file, 'file-corrupt', `expected ${at}, found none`, at)
}

function dtypeOf(section: string): FileTensor['dtype'] | undefined {
  const precision = section.slice(section.indexOf('.') + 1)
  return Object.hasOwn(sectionDtypes, precision) ? sectionDtypes[precision as Precision] : undefined
}
