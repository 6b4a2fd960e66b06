/** Chunks of a PNG file, with lengths and checksums that are right. */
import { crc32 } from 'node:zlib'
import { joined } from './mutate-bytes.ts'

export const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

export interface PngChunk {
  readonly type: string
  readonly data: Uint8Array
}

/** Length, type, data and checksum of each. */
export function png(chunks: readonly PngChunk[]): Uint8Array {
  const encoded = chunks.map(({ type, data }) => {
    const typed = joined(new TextEncoder().encode(type), data)
    const frame = new DataView(new ArrayBuffer(8))
    frame.setUint32(0, data.byteLength)
    frame.setUint32(4, crc32(typed))
    return joined(new Uint8Array(frame.buffer, 0, 4), typed, new Uint8Array(frame.buffer, 4, 4))
  })
  return joined(signature, ...encoded)
}

/** The first chunk: size, and bit depth, colour type, compression, filter and interlacing. */
export function header(width: number, height: number, kind = [8, 2, 0, 0, 0]): PngChunk {
  const size = new DataView(new ArrayBuffer(8))
  size.setUint32(0, width)
  size.setUint32(4, height)
  return { type: 'IHDR', data: joined(new Uint8Array(size.buffer), Uint8Array.from(kind)) }
}

export const end: PngChunk = { type: 'IEND', data: new Uint8Array() }
