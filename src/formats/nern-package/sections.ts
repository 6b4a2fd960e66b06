/** Where the tensors of a package lie: one section a precision, each a tensor of the safetensors file. */
import type { FileDtype } from '../file-tensor.ts'
import type { PackageDescription, StoredEntry } from '#shared/package-description.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import { assertNever } from '#shared/result.ts'

/** Key of the mark in the header's metadata. */
export const markKey = 'nern'
/** Zlib stream of the JSON description. */
export const descriptionSection = 'description'
export const ordersSection = 'permutations'

const precisions = ['float32', 'float16', 'codes'] as const
export type Precision = (typeof precisions)[number]
export const owners = ['predictor', 'kept'] as const
export type Owner = (typeof owners)[number]

export const sectionDtypes: Readonly<Record<Precision, FileDtype>> = {
  float32: 'float32',
  float16: 'float16',
  codes: 'uint8',
}

/** Name of the section with the predictor's or the kept tensors' values of one precision. */
export function sectionName(owner: Owner, precision: Precision): string {
  return `${owner}.${precision}`
}

/** Bytes of one tensor in each section. */
export function entryBytes(entry: StoredEntry): Readonly<Record<Precision, number>> {
  const elements = sizeOf(entry.shape)
  switch (entry.kind) {
    case 'float32':
      return { float32: 4 * elements, float16: 0, codes: 0 }
    case 'float16':
      return { float32: 0, float16: 2 * elements, codes: 0 }
    case 'integer':
      return { float32: 0, float16: 2 * rowsOf(entry.shape), codes: entry.bytes }
    default:
      return assertNever(entry)
  }
}

/** Rows that have a scale each: indices of the first axis. */
function rowsOf(shape: readonly number[]): number {
  return shape[0] ?? 1
}

/** Bytes every section must have, but the orders' and the description's. */
export function expectedSections({ predictor, kept }: PackageDescription): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const owner of owners) {
    const entries = owner === 'predictor' ? predictor.tensors : kept
    for (const precision of precisions) {
      const size = entries.reduce((sum, entry) => sum + entryBytes(entry)[precision], 0)
      if (size > 0) sizes.set(sectionName(owner, precision), size)
    }
  }
  return sizes
}
