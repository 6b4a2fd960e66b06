/**
 * Encodes 8-bit RGB as PNG, of the kind that rgb-png.ts reads. Plain Node: it also runs in the process of the windows, where
 * sharp's GLib clashes with Electron's (docs/adr/0007).
 */
import { crc32, deflateSync } from 'node:zlib'
import { CHANNELS, SIGNATURE, SUPPORTED_KIND } from './rgb-png.ts'

/** @param pixels [height, width, 3] */
export function encodeRgbPng(pixels: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const rowBytes = width * CHANNELS
  // Before each row its filter: none.
  const rows = Buffer.alloc(height * (1 + rowBytes))
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * rowBytes, (row + 1) * rowBytes), row * (1 + rowBytes) + 1)
  }
  return new Uint8Array(
    Buffer.concat([
      SIGNATURE,
      chunk('IHDR', Buffer.concat([header, Uint8Array.from(SUPPORTED_KIND)])),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.byteLength, 0)
  frame.writeUInt32BE(crc32(typed), 4)
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)])
}
