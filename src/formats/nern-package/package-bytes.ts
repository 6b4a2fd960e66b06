import type { PredictorEntry, StoredEntry } from '#shared/package/package-description.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { PackageFile } from './reader.ts'
import { entryBytes, ordersSection } from './sections.ts'

export interface TensorBytes {
  readonly name: string
  readonly elements: number
  readonly bytes: number
}

/** Where the bytes of a package go; together they are its file, exactly. */
export interface PackageBytes {
  readonly predictor: number
  readonly orders: number
  /** Tensor by tensor, in the order of the description. */
  readonly kept: readonly TensorBytes[]
  /** The safetensors header and the description. */
  readonly header: number
}

export function packageBytes({ description, sections, sizeBytes }: PackageFile): PackageBytes {
  const predictor = description.predictor.tensors.reduce((sum, entry) => sum + bytesOf(entry), 0)
  const orders = sections.get(ordersSection)?.bytes.byteLength ?? 0
  const kept = keptBytes(description.kept)
  const described = predictor + orders + kept.reduce((sum, { bytes }) => sum + bytes, 0)
  // The reader has checked that the sections cover the file and have the sizes of their entries.
  return { predictor, orders, kept, header: sizeBytes - described }
}

export function keptBytes(kept: readonly StoredEntry[]): readonly TensorBytes[] {
  return kept.map((entry) => ({ name: entry.name, elements: sizeOf(entry.shape), bytes: bytesOf(entry) }))
}

function bytesOf(entry: PredictorEntry): number {
  const { float32, float16, codes } = entryBytes(entry)
  return float32 + float16 + codes
}
