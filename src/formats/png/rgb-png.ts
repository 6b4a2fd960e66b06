/**
 * Decodes PNG images of 8-bit RGB without interlacing (PNG, third edition: sections 5.3 chunks, 9.2 filters, 11.2.1
 * header). Sheets of thousands of images are of this kind; a general decoder would need a third more memory for alpha.
 */
import { crc32, inflateSync } from 'node:zlib'
import { fileError, quoted, type NamedFile } from '../file-error.ts'

interface RgbImage {
  readonly width: number
  readonly height: number
  /** [height, width, 3] */
  readonly pixels: Uint8Array
}

export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const HEADER_BYTES = 13
/** Length, type and checksum around a chunk's data. */
const CHUNK_FRAME_BYTES = 12
export const CHANNELS = 3
/** 8 bits a sample, colour type RGB, deflate, adaptive filters, no interlacing. */
export const SUPPORTED_KIND = [8, 2, 0, 0, 0]

/**
 * Decodes an image whose size the caller knows; another size is refused before anything is inflated.
 * Throws `dataset-invalid` (size), `file-unsupported` (kind of PNG), `file-truncated`, `file-corrupt`.
 */
export function decodeRgbPng(file: NamedFile, bytes: Uint8Array, width: number, height: number): RgbImage {
  const { header, compressed } = readChunks(file, bytes)
  assertHeader(file, header, width, height)
  const rowBytes = width * CHANNELS
  const filtered = inflate(file, compressed, height * (1 + rowBytes))
  return { width, height, pixels: unfilter(file, filtered, rowBytes, height) }
}

function readChunks(file: NamedFile, bytes: Uint8Array): { header: Uint8Array; compressed: Uint8Array } {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) {
    throw fileError(file, 'file-unsupported', 'expected a PNG image, found another kind of file', 'byte 0')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data: Uint8Array[] = []
  let header: Uint8Array | undefined
  let position = SIGNATURE.byteLength
  for (;;) {
    const at = `byte ${position}`
    if (position + CHUNK_FRAME_BYTES > bytes.byteLength) {
      const problem = `expected a PNG chunk or the end chunk, found the end of the file at byte ${bytes.byteLength}`
      throw fileError(file, 'file-truncated', problem, at)
    }
    const length = view.getUint32(position)
    const end = position + CHUNK_FRAME_BYTES + length
    const type = String.fromCharCode(...bytes.subarray(position + 4, position + 8))
    if (end > bytes.byteLength) {
      const problem = `expected ${length} bytes of chunk ${quoted(type)}, found the end of the file`
      throw fileError(file, 'file-truncated', problem, at)
    }
    if (crc32(bytes.subarray(position + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw fileError(file, 'file-corrupt', `chunk ${quoted(type)}: its checksum does not match its bytes`, at)
    }
    const content = bytes.subarray(position + 8, end - 4)
    if (header === undefined && type !== 'IHDR') {
      throw fileError(file, 'file-corrupt', `expected the PNG header first, found chunk ${quoted(type)}`, at)
    }
    if (type === 'IHDR') header = content
    else if (type === 'IDAT') data.push(content)
    else if (type === 'IEND') break
    position = end
  }
  // The loop passes its first chunk only when that is the header.
  return { header: header ?? new Uint8Array(), compressed: concatenate(data) }
}

function assertHeader(file: NamedFile, header: Uint8Array, width: number, height: number): void {
  const at = 'chunk "IHDR"'
  if (header.byteLength !== HEADER_BYTES) {
    throw fileError(file, 'file-corrupt', `expected ${HEADER_BYTES} bytes of header, found ${header.byteLength}`, at)
  }
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES)
  const found = [view.getUint32(0), view.getUint32(4)]
  if (found[0] !== width || found[1] !== height) {
    const problem = `expected an image of ${width} x ${height} pixels, found ${found.join(' x ')}`
    throw fileError(file, 'dataset-invalid', problem, at)
  }
  if (!SUPPORTED_KIND.every((value, i) => header[8 + i] === value)) {
    const kind = `${header[8]} bits, colour type ${header[9]}, interlacing ${header[12]}`
    throw fileError(file, 'file-unsupported', `expected 8-bit RGB without interlacing, found ${kind}`, at)
  }
}

function inflate(file: NamedFile, compressed: Uint8Array, expected: number): Uint8Array {
  let inflated: Uint8Array
  try {
    inflated = inflateSync(compressed, { maxOutputLength: expected + 1 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fileError(file, 'file-corrupt', `its compressed pixels cannot be inflated (${reason})`, 'chunk "IDAT"')
  }
  if (inflated.byteLength !== expected) {
    const problem = `expected ${expected} bytes of pixels, found ${inflated.byteLength}`
    throw fileError(file, 'file-corrupt', problem, 'chunk "IDAT"')
  }
  return inflated
}

/** Undoes the prediction of each row. `filtered` holds a filter number before each row. */
function unfilter(file: NamedFile, filtered: Uint8Array, rowBytes: number, height: number): Uint8Array {
  const pixels = new Uint8Array(rowBytes * height)
  let above: Uint8Array = new Uint8Array(rowBytes)
  for (let y = 0; y < height; y++) {
    const start = y * (rowBytes + 1)
    const filter = filtered[start] ?? 0
    const row = pixels.subarray(y * rowBytes, (y + 1) * rowBytes)
    row.set(filtered.subarray(start + 1, start + 1 + rowBytes))
    if (filter > 4) throw fileError(file, 'file-corrupt', `expected PNG filter 0 to 4, found ${filter}`, `row ${y}`)
    unfilterRow(filter, row, above)
    above = row
  }
  return pixels
}

function unfilterRow(filter: number, row: Uint8Array, above: Uint8Array): void {
  if (filter === 0) return
  for (let x = 0; x < row.length; x++) {
    const left = x < CHANNELS ? 0 : (row[x - CHANNELS] ?? 0)
    const up = above[x] ?? 0
    const upLeft = x < CHANNELS ? 0 : (above[x - CHANNELS] ?? 0)
    row[x] = (row[x] ?? 0) + predict(filter, left, up, upLeft)
  }
}

function predict(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  // Paeth: the neighbour nearest to left + up - upLeft.
  const distanceLeft = Math.abs(up - upLeft)
  const distanceUp = Math.abs(left - upLeft)
  const distanceUpLeft = Math.abs(left + up - 2 * upLeft)
  if (distanceLeft <= distanceUp && distanceLeft <= distanceUpLeft) return left
  return distanceUp <= distanceUpLeft ? up : upLeft
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0))
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.byteLength
  }
  return whole
}
