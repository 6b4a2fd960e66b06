import { crc32 } from 'node:zlib'
import { AppException } from '#shared/basics/result.ts'
import {
  END_BYTES,
  END_SIGNATURE,
  ENTRY_BYTES,
  ENTRY_SIGNATURE,
  LOCAL_HEADER_BYTES,
  LOCAL_HEADER_SIGNATURE,
} from './records.ts'

const zipVersion = 20
/** Names are UTF-8. */
const utf8Flag = 0x0800
/** 1 January 1980: equal content gives equal bytes. */
const earliestDate = 0x0021
/** What offsets of an archive without zip64 can say; four larger arrays belong into .safetensors. */
const mostBytes = 2 ** 32 - 2

/** Bytes of a zip archive (APPNOTE 6.3.10) with every entry stored as it is. Throws `invalid-argument` above 4 GB. */
export function writeZip(entries: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array<ArrayBuffer> {
  const rows = entries.map(([name, content]) => ({
    name: new TextEncoder().encode(name),
    content,
    checksum: crc32(content),
  }))
  const dataBytes = rows.reduce((sum, row) => sum + LOCAL_HEADER_BYTES + row.name.length + row.content.length, 0)
  const directoryBytes = rows.reduce((sum, { name }) => sum + ENTRY_BYTES + name.length, 0)
  if (dataBytes + directoryBytes > mostBytes || rows.length >= 0xffff) {
    throw new AppException({
      code: 'invalid-argument',
      message: `${rows.length} entries of ${dataBytes} bytes are more than a plain zip archive holds.`,
      remedy: 'Write .safetensors instead.',
    })
  }
  const bytes = new Uint8Array(dataBytes + directoryBytes + END_BYTES)
  const view = new DataView(bytes.buffer)
  let local = 0
  let central = dataBytes
  for (const { name, content, checksum } of rows) {
    view.setUint32(local, LOCAL_HEADER_SIGNATURE, true)
    writeEntry(view, local + 4, checksum, content.length, name.length)
    bytes.set(name, local + LOCAL_HEADER_BYTES)
    bytes.set(content, local + LOCAL_HEADER_BYTES + name.length)
    view.setUint32(central, ENTRY_SIGNATURE, true)
    view.setUint16(central + 4, zipVersion, true)
    writeEntry(view, central + 6, checksum, content.length, name.length)
    view.setUint32(central + 42, local, true)
    bytes.set(name, central + ENTRY_BYTES)
    local += LOCAL_HEADER_BYTES + name.length + content.length
    central += ENTRY_BYTES + name.length
  }
  view.setUint32(central, END_SIGNATURE, true)
  view.setUint16(central + 8, rows.length, true)
  view.setUint16(central + 10, rows.length, true)
  view.setUint32(central + 12, directoryBytes, true)
  view.setUint32(central + 16, dataBytes, true)
  return bytes
}

/** The fields that a local header and the directory share. */
function writeEntry(view: DataView, at: number, checksum: number, size: number, nameLength: number): void {
  view.setUint16(at, zipVersion, true)
  view.setUint16(at + 2, utf8Flag, true)
  view.setUint16(at + 8, earliestDate, true)
  view.setUint32(at + 10, checksum, true)
  view.setUint32(at + 14, size, true)
  view.setUint32(at + 18, size, true)
  view.setUint16(at + 22, nameLength, true)
}
