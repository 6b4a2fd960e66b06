/** Walks a tar archive (POSIX ustar and pax, GNU's long names): nothing is written to disk, names are never used as paths. */
import { fileError, quoted, type NamedFile } from '../file-error.ts'

const BLOCK_BYTES = 512
/** Of a long name, or of the attributes that pax keeps before a file. */
const MAX_ATTRIBUTE_BYTES = 64 * 2 ** 10
const LONG_NAME = 'L'
const PAX = 'x'

/** Bytes in the order in which they lie in an archive, streamed or seeked. */
export interface TarBytes {
  /** Bytes taken or skipped so far. */
  readonly position: number
  take(length: number): Promise<Uint8Array>
  skip(length: number): Promise<void>
}

export interface TarEntry {
  /** With folders, as the archive has it. */
  readonly name: string
  readonly size: number
  readonly isFile: boolean
  /** Of the header, for errors. */
  readonly at: string
}

/**
 * Every entry; while it is handed out, `bytes` stands at its content, of which the caller may take up to `size` bytes.
 * Throws `file-corrupt`, `file-truncated` and, for more than `maxEntries`, `file-unsafe`.
 */
export async function* tarEntries(file: NamedFile, bytes: TarBytes, maxEntries: number): AsyncGenerator<TarEntry> {
  let longName: string | undefined
  for (let count = 0; count < maxEntries; count++) {
    const at = `byte ${bytes.position} of the archive`
    const header = parseHeader(file, at, await bytes.take(BLOCK_BYTES))
    if (header === undefined) return
    const end = bytes.position + header.size + ((BLOCK_BYTES - (header.size % BLOCK_BYTES)) % BLOCK_BYTES)
    if (header.type === LONG_NAME || header.type === PAX) {
      longName = (await readLongName(file, at, bytes, header)) ?? longName
    } else {
      yield { name: longName ?? header.name, size: header.size, isFile: header.type === '0', at }
      longName = undefined
    }
    await bytes.skip(end - bytes.position)
  }
  throw fileError(file, 'file-unsafe', `expected at most ${maxEntries} entries, found more`, 'tar entries')
}

/** undefined where pax says other things than a name. */
async function readLongName(file: NamedFile, at: string, bytes: TarBytes, { type, size }: TarHeader) {
  if (size > MAX_ATTRIBUTE_BYTES) {
    const problem = `expected at most ${MAX_ATTRIBUTE_BYTES} bytes of attributes, found ${size}`
    throw fileError(file, 'file-corrupt', problem, at)
  }
  const content = await bytes.take(size)
  return type === LONG_NAME ? text(content, 0, size) : paxPath(file, at, content)
}

/** Records `LENGTH KEY=VALUE\n`, the length counting itself. */
function paxPath(file: NamedFile, at: string, content: Uint8Array): string | undefined {
  let path: string | undefined
  for (let start = 0; start < content.byteLength;) {
    const blank = content.indexOf(0x20, start)
    const digits = blank === -1 ? '' : Buffer.from(content.subarray(start, blank)).toString('latin1')
    const end = start + Number(digits)
    if (!/^[1-9]\d{0,5}$/.test(digits) || end > content.byteLength || end <= blank) {
      throw fileError(file, 'file-corrupt', 'expected pax attributes, each with its length', at)
    }
    const record = new TextDecoder().decode(content.subarray(blank + 1, end - 1))
    if (record.startsWith('path=')) path = record.slice('path='.length)
    start = end
  }
  return path
}

interface TarHeader {
  readonly name: string
  readonly size: number
  readonly type: string
}

/** undefined for the zero block that ends an archive. */
function parseHeader(file: NamedFile, at: string, block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  if (!hasTarChecksum(block)) {
    throw fileError(file, 'file-corrupt', 'expected a tar header, found a block with another checksum', at)
  }
  const size = octal(block, 124, 12)
  const name = text(block, 0, 100)
  if (size === undefined) {
    throw fileError(file, 'file-corrupt', `${quoted(name)}: expected its size in octal digits`, at)
  }
  // GNU's variant of the magic keeps times where POSIX keeps folders.
  const prefix = text(block, 257, 8) === 'ustar' ? text(block, 345, 155) : ''
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0)
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type }
}

/** Whether a block can be the header of a tar entry: it carries the sum of its own bytes. */
export function hasTarChecksum(block: Uint8Array): boolean {
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0)
  return block.byteLength === BLOCK_BYTES && octal(block, 148, 8) === sum
}

function octal(block: Uint8Array, start: number, length: number): number | undefined {
  const digits = text(block, start, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

function text(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end))
}
