/** Where the tensors of a package lie: one section a precision, each a tensor of the safetensors file. */
import { halvesBytes } from '../coding/half-code.ts'
import type { FileDtype } from '../file-tensor.ts'
import type { ExpectedSection } from '../package-container/reader.ts'
import type { PackageDescription, PredictorEntry, StoredValues } from '#shared/package/package-description.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { assertNever } from '#shared/basics/result.ts'
import { scaleRows } from '#shared/tensors/stored-tensor.ts'

export const ordersSection = 'permutations'

export const precisions = ['float32', 'float16', 'codes'] as const
export type Precision = (typeof precisions)[number]
export type Owner = 'predictor' | 'kept'
/** Who has sections in any kind of package. */
type SectionOwner = Owner | 'layers'

export const sectionDtypes: Readonly<Record<Precision, FileDtype>> = {
  float32: 'float32',
  float16: 'float16',
  codes: 'uint8',
}

/** Name of the section with an owner's values of one precision. */
export function sectionName(owner: SectionOwner, precision: Precision): string {
  return `${owner}.${precision}`
}

/** Bytes of one tensor in each section. */
export function entryBytes(entry: PredictorEntry): Readonly<Record<Precision, number>> {
  const { shape } = entry
  if (entry.kind !== 'sparse') return valueBytes(entry, sizeOf(shape), shape)
  const { positions, values } = entry
  const bytes = valueBytes(values, positions.kept, shape)
  return { ...bytes, codes: positions.bytes + bytes.codes }
}

/** Bytes of `count` values of a tensor of `shape`. */
function valueBytes(values: StoredValues, count: number, shape: readonly number[]): Record<Precision, number> {
  switch (values.kind) {
    case 'float32':
      return { float32: 4 * count, float16: 0, codes: 0 }
    case 'float16':
      return { float32: 0, ...halvesBytes(values, count) }
    case 'integer':
      return { float32: 0, float16: 2 * scaleRows(shape), codes: values.bytes }
    default:
      return assertNever(values)
  }
}

/** Every section but the description, with the bytes it must have. */
export function expectedSections({
  predictor,
  kept,
  permutation,
}: PackageDescription): ReadonlyMap<string, ExpectedSection> {
  const sections = new Map([
    ...expectedTensorSections('predictor', predictor.tensors),
    ...expectedTensorSections('kept', kept),
  ])
  if (permutation !== 'none') sections.set(ordersSection, { dtype: 'uint8' })
  return sections
}

/** The sections of one owner's tensors. */
export function expectedTensorSections(
  owner: Owner,
  entries: readonly PredictorEntry[],
): ReadonlyMap<string, ExpectedSection> {
  const sections = new Map<string, ExpectedSection>()
  for (const precision of precisions) {
    const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry)[precision], 0)
    if (bytes > 0) sections.set(sectionName(owner, precision), { dtype: sectionDtypes[precision], bytes })
  }
  return sections
}
