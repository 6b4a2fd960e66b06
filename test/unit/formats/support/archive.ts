/** Builds small tar archives by hand, right or wrong. */
import { gzipSync } from 'node:zlib'

export interface TarEntry {
  readonly name: string
  readonly bytes: Uint8Array
  /** Size field, when it is to lie. */
  readonly announced?: number
  readonly type?: string
}

export function tarGz(entries: readonly TarEntry[]): Uint8Array {
  return gzipSync(tar(entries), { level: 1 })
}

export function tar(entries: readonly TarEntry[]): Uint8Array {
  return Buffer.concat([...entries.flatMap(tarEntry), new Uint8Array(1024)])
}

function tarEntry({ name, bytes, announced = bytes.byteLength, type = '0' }: TarEntry): readonly Uint8Array[] {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000644\0', 100)
  header.write(`${announced.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, bytes, new Uint8Array((512 - (bytes.byteLength % 512)) % 512)]
}
