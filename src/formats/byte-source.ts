import { open, realpath, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fail, ok, toAppError, unwrap, type Result } from '#shared/basics/result.ts'
import { fileError, fileFailure, type NamedFile } from './file-error.ts'

/** Random access to the bytes of one file, wherever they are. Readers ask for what they need and no more. */
export interface ByteSource extends NamedFile {
  /** Name shown in errors; a file's name without its folder. */
  readonly name: string
  /** Bytes in all. */
  readonly size: number
  /**
   * Exactly `length` bytes from `offset`. The result may share memory with the source: do not write to it.
   * Throws `AppException`: `file-truncated` when the range leaves the file, `file-unreadable` when the system refuses.
   */
  read(offset: number, length: number): Promise<Uint8Array>
  /**
   * Opens the file `name`, without a path, of the folder that holds this one; bytes in memory have no folder. Errors: as
   * `openFileSource`, and `file-unsafe` for a link to another folder.
   */
  beside?(name: string): Promise<Result<FileSource>>
}

/** A source that holds an open file; whoever opened it closes it. */
export interface FileSource extends ByteSource {
  close(): Promise<void>
}

/** A single read of more than 2 GiB is refused by Node: longer ranges are read in pieces. */
const READ_PIECE_BYTES = 2 ** 30

/** Throws `file-truncated` unless [offset, offset + length) lies inside the file. */
function assertRange(file: { readonly name: string; readonly size: number }, offset: number, length: number) {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw fileError(
      file,
      'file-corrupt',
      `a range of ${length} bytes at byte ${offset} is impossible`,
      `byte ${offset}`,
    )
  }
  if (offset + length > file.size) {
    const problem = `expected ${length} bytes at byte ${offset}, found the end of the file at byte ${file.size}`
    throw fileError(file, 'file-truncated', problem, `byte ${offset}`)
  }
}

/** Bytes that are already in memory. Nothing is copied. */
export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  const source = {
    name,
    size: bytes.byteLength,
    async read(offset: number, length: number): Promise<Uint8Array> {
      assertRange(source, offset, length)
      return bytes.subarray(offset, offset + length)
    },
  }
  return source
}

/** Opens a regular file for positional reading. Errors: `not-found`, `file-unreadable`. */
export async function openFileSource(path: string): Promise<Result<FileSource>> {
  const file = { name: basename(path) }
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const stat = await handle.stat()
    if (!stat.isFile()) {
      await handle.close()
      return fileFailure(file, 'file-unreadable', 'expected a file, found a folder or a device', path)
    }
    return ok(new HandleSource(path, stat.size, handle))
  } catch (cause) {
    await handle?.close()
    return fail(toAppError(systemError(file, path, cause)))
  }
}

/** Opens a file for as long as `use` takes. Throws `AppException`: `not-found`, `file-unreadable`, and what `use` throws. */
export async function withFileSource<T>(path: string, use: (file: FileSource) => Promise<T>): Promise<T> {
  const source = unwrap(await openFileSource(path))
  try {
    return await use(source)
  } finally {
    await source.close()
  }
}

class HandleSource implements FileSource {
  readonly name: string
  readonly size: number
  readonly #path: string
  readonly #handle: FileHandle

  constructor(path: string, size: number, handle: FileHandle) {
    this.name = basename(path)
    this.#path = path
    this.size = size
    this.#handle = handle
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    assertRange(this, offset, length)
    const bytes = new Uint8Array(length)
    let done = 0
    while (done < length) {
      const piece = Math.min(READ_PIECE_BYTES, length - done)
      const bytesRead = await this.#readPiece(bytes, done, piece, offset + done)
      if (bytesRead === 0) {
        const problem = `expected ${length} bytes at byte ${offset}, found ${done}: the file became shorter meanwhile`
        throw fileError(this, 'file-truncated', problem, `byte ${offset + done}`)
      }
      done += bytesRead
    }
    return bytes
  }

  async beside(name: string): Promise<Result<FileSource>> {
    const path = join(dirname(this.#path), name)
    let target: string
    let folder: string
    try {
      folder = await realpath(dirname(this.#path))
      target = await realpath(path)
    } catch (cause) {
      return fail(toAppError(systemError({ name }, path, cause)))
    }
    if (dirname(target) === folder) return openFileSource(target)
    const remedy = 'Put the file itself into the folder instead of a link.'
    return fileFailure({ name }, 'file-unsafe', 'it is a link to another folder', path, remedy)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #readPiece(target: Uint8Array, at: number, length: number, position: number): Promise<number> {
    try {
      return (await this.#handle.read(target, at, length, position)).bytesRead
    } catch (cause) {
      throw systemError(this, `byte ${position}`, cause)
    }
  }
}

/** What the operating system said, as a typed error. */
export function systemError(file: NamedFile, where: string, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  return isMissing
    ? fileError(file, 'not-found', 'the file does not exist', where, 'Check the path.')
    : fileError(file, 'file-unreadable', `the system refused to read it (${reason})`, where)
}
