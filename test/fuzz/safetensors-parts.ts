/** Header and data of a safetensors file, taken apart and put together again. */
import { joined } from './mutate-bytes.ts'

/** Of the length in front of the header. */
export const lengthBytes = 8

/** A file with this header and this data; the length is that of the header. */
export function withHeader(header: string, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(header)
  const length = new Uint8Array(BigUint64Array.of(BigInt(json.byteLength)).buffer)
  return joined(length, json, data)
}

/** JSON and data of a file that is whole. */
export function partsOf(file: Uint8Array): { readonly header: unknown; readonly data: Uint8Array } {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  const json = new TextDecoder().decode(file.subarray(lengthBytes, lengthBytes + length))
  return { header: JSON.parse(json), data: file.subarray(lengthBytes + length) }
}
