import type { PackageDescription } from '#shared/package/package-description.ts'
import { ok, type Result } from '#shared/basics/result.ts'
import { asResultSync, fileError, quoted, type NamedFile } from '../file-error.ts'
import { hasMark } from '../package-container/kind.ts'
import { assertSections, openContainer, type ContainerFile } from '../package-container/reader.ts'
import { assertConsistent, nernPackageKind } from './description.ts'
import { decodeOrders } from './layer-orders.ts'
import { decodePredictor } from './predictor-table.ts'
import { expectedSections, ordersSection } from './sections.ts'
import { decodeTensors, sectionsOf } from './tensor-table.ts'
import type { NernPackage } from './writer.ts'

/** A package whose description was read and whose sections have their sizes and checksums; nothing is decoded yet. */
export type PackageFile = ContainerFile<PackageDescription>

/** Whether the header of a safetensors file says that it is a compressed package. */
export function isPackage(metadata: Readonly<Record<string, string>>): boolean {
  return hasMark(nernPackageKind, metadata)
}

/**
 * Opens a package that is in memory. Errors: those of `readSafetensors`; `file-unsupported` for another version or an
 * ordinary file; `file-corrupt`, `file-unsafe` for a description that contradicts itself or its sections.
 */
export function openPackage(bytes: Uint8Array, fileName: string): Result<PackageFile> {
  return asResultSync(() => {
    const opened = openContainer(nernPackageKind, bytes, fileName)
    assertConsistent({ name: fileName }, opened.description)
    assertSections(
      { name: fileName },
      opened.description.checksums,
      expectedSections(opened.description),
      opened.sections,
    )
    return ok(opened)
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
  const orders = sections.get(ordersSection)?.bytes ?? new Uint8Array(0)
  const corruptOrders = (problem: string) => corruptTensor(ordersSection, problem)
  return {
    network,
    layers,
    embedding,
    predictorShape,
    config,
    accuracies,
    predictor: decodePredictor({ entries: tensors, sections: sectionsOf('predictor', sections) }, corruptTensor),
    kept: decodeTensors({ entries: kept, sections: sectionsOf('kept', sections) }, corruptTensor),
    orders: permutation === 'none' ? [] : decodeOrders(orders, permutation, layers, corruptOrders),
  }
}
