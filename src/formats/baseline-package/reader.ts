import type { BaselineDescription } from '#shared/package/baseline-description.ts'
import { ok, type Result } from '#shared/basics/result.ts'
import { asResultSync, fileError, quoted, type NamedFile } from '../file-error.ts'
import { assertDistinctNames, assertRepresentedWeights } from '../nern-package/description.ts'
import { keptBytes, type TensorBytes } from '../nern-package/package-bytes.ts'
import { expectedTensorSections, sectionDtypes, sectionName } from '../nern-package/sections.ts'
import { decodeTensors, sectionsOf } from '../nern-package/tensor-table.ts'
import { hasMark } from '../package-container/kind.ts'
import { assertSections, openContainer, type ContainerFile, type ExpectedSection } from '../package-container/reader.ts'
import { baselinePackageKind, type BaselinePackage } from './kind.ts'
import { decodeLayers, layerBytes } from './layer-table.ts'
import { lowestVersion } from './version.ts'

/** A baseline's package whose description was read and whose sections have their sizes and checksums. */
export type BaselineFile = ContainerFile<BaselineDescription>

/** Whether the header of a safetensors file says that it is a baseline's package. */
export function isBaselinePackage(metadata: Readonly<Record<string, string>>): boolean {
  return hasMark(baselinePackageKind, metadata)
}

/**
 * Opens a baseline's package that is in memory. Errors: those of `readSafetensors`; `file-unsupported` for another version
 * or another file; `file-corrupt`, `file-unsafe` for a description that contradicts itself or its sections.
 */
export function openBaselinePackage(bytes: Uint8Array, fileName: string): Result<BaselineFile> {
  return asResultSync(() => {
    const opened = openContainer(baselinePackageKind, bytes, fileName)
    const file = { name: fileName }
    const { layers, kept, checksums } = opened.description
    assertDistinctNames(file, [...layers, ...kept])
    assertRepresentedWeights(file, layers)
    assertVersion(file, opened.description)
    assertSections(file, checksums, expectedSections(opened.description), opened.sections)
    return ok(opened)
  })
}

/** Opens a package and decodes all of it. Errors as `openBaselinePackage`; `file-corrupt` also for a damaged stream. */
export function readBaselinePackage(bytes: Uint8Array, fileName: string): Result<BaselinePackage> {
  return asResultSync(() => {
    const opened = openBaselinePackage(bytes, fileName)
    if (!opened.ok) return opened
    return ok(decode({ name: fileName }, opened.value))
  })
}

/** Throws `file-corrupt` for a description that has more than its version. */
function assertVersion(file: NamedFile, description: BaselineDescription): void {
  const lowest = lowestVersion(description)
  if (lowest <= description.version) return
  const problem = `expected version ${lowest} for what it holds, found ${description.version}`
  throw fileError(file, 'file-corrupt', problem, 'description, version')
}

function decode(file: NamedFile, { description, sections }: BaselineFile): BaselinePackage {
  const { network, layers, kept, config, accuracies } = description
  const corrupt = (name: string, problem: string) => {
    const at = `tensor ${quoted(name)}`
    return fileError(file, 'file-corrupt', `${at}: ${problem}`, at)
  }
  const section = (name: string): Uint8Array => sections.get(name)?.bytes ?? new Uint8Array(0)
  const layerSections = {
    float16: section(sectionName('layers', 'float16')),
    codes: section(sectionName('layers', 'codes')),
  }
  return {
    network,
    layers: decodeLayers({ entries: layers, sections: layerSections }, corrupt),
    kept: decodeTensors({ entries: kept, sections: sectionsOf('kept', sections) }, corrupt),
    config,
    accuracies,
  }
}

function expectedSections({ layers, kept }: BaselineDescription): ReadonlyMap<string, ExpectedSection> {
  const sections = new Map(expectedTensorSections('kept', kept))
  for (const precision of ['float16', 'codes'] as const) {
    const bytes = layers.reduce((sum, entry) => sum + layerBytes(entry)[precision], 0)
    if (bytes > 0) sections.set(sectionName('layers', precision), { dtype: sectionDtypes[precision], bytes })
  }
  return sections
}

/** Where the bytes of a package go; together they are its file, exactly. */
export interface BaselineBytes {
  readonly layers: number
  /** Tensor by tensor, in the order of the description. */
  readonly kept: readonly TensorBytes[]
  /** The safetensors header and the description. */
  readonly header: number
}

/** Bytes of each layer; they add up to those of all. */
export function baselineLayerBytes({ description }: BaselineFile): ReadonlyMap<string, number> {
  return new Map(
    description.layers.map((entry) => {
      const { float16, codes } = layerBytes(entry)
      return [entry.name, float16 + codes]
    }),
  )
}

export function baselineBytes(file: BaselineFile): BaselineBytes {
  const { description, sizeBytes } = file
  const layers = [...baselineLayerBytes(file).values()].reduce((sum, bytes) => sum + bytes, 0)
  const kept = keptBytes(description.kept)
  // The reader has checked that the sections cover the file and have the sizes of their entries.
  return { layers, kept, header: sizeBytes - layers - kept.reduce((sum, { bytes }) => sum + bytes, 0) }
}
