/** A gzip file as a stream of inflated bytes, with a limit. */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { systemError, type ByteSource } from '../byte-source.ts'
import { fileError, type NamedFile } from '../file-error.ts'
import { ByteQueue } from './byte-queue.ts'

export interface InflatedFile {
  readonly bytes: ByteQueue
  /** Lets go of the file; the bytes end. */
  close(): void
}

/** Whether a file begins as a gzip file does. Throws `file-unreadable`. */
export async function isGzip(file: ByteSource): Promise<boolean> {
  const magic = await file.read(0, Math.min(2, file.size))
  return magic[0] === 0x1f && magic[1] === 0x8b
}

/** Opens at once, reads when asked. Taking bytes throws `AppException` with any of the `file-*` codes and `not-found`. */
export function openInflated(path: string, file: NamedFile, maxBytes: number): InflatedFile {
  const input = createReadStream(path)
  const gunzip = createGunzip()
  input.once('error', (cause) => gunzip.destroy(cause))
  input.pipe(gunzip)
  return {
    bytes: new ByteQueue(file, inflatedPieces(path, file, gunzip, maxBytes)),
    close() {
      input.destroy()
      gunzip.destroy()
    },
  }
}

async function* inflatedPieces(path: string, file: NamedFile, gunzip: AsyncIterable<Uint8Array>, maxBytes: number) {
  let total = 0
  try {
    for await (const piece of gunzip) {
      total += piece.byteLength
      if (total > maxBytes) {
        const problem = `expected at most ${maxBytes} bytes after inflating, found more`
        throw fileError(file, 'file-unsafe', problem, 'gzip data')
      }
      yield piece
    }
  } catch (cause) {
    throw gzipError(path, file, cause)
  }
}

function gzipError(path: string, file: NamedFile, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return cause
  if (cause.code === 'Z_BUF_ERROR') {
    return fileError(file, 'file-truncated', 'expected more compressed data, found the end of the file', 'gzip data')
  }
  if (cause.code.startsWith('Z_')) {
    return fileError(file, 'file-corrupt', `its gzip data cannot be inflated (${cause.message})`, 'gzip data')
  }
  return cause.code.startsWith('E') ? systemError(file, path, cause) : cause
}
