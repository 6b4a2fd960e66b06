/**
 * Results and errors that cross a boundary (process, file, command line).
 * Inside a process code may throw `AppException`; at a boundary it becomes a `Result`.
 */

import { connectionErrorCodes } from '../cluster/connection-errors.ts'
import { isMemoryText } from './memory-errors.ts'
import { memoryRemedy, storageError, storageErrorCodes } from './storage-errors.ts'

/** Closed list of error codes. A new code needs a line in docs/errors.md. */
export const appErrorCodes = [
  'invalid-argument', // a value the caller gave is outside its documented range
  'invalid-config', // an experiment configuration does not satisfy its schema
  'not-found', // a record, file or name does not exist
  'already-exists', // a unique name is taken
  'file-unreadable', // the operating system refused to read
  'file-truncated', // the file ends before what it announces
  'file-corrupt', // structure contradicts itself (lengths, checksums, offsets)
  'file-unsupported', // well-formed, but a kind or version this studio does not read
  'input-size-needed', // an ONNX graph leaves height and width of its images free
  'file-unsafe', // content that would execute code or exhaust memory
  'weights-file-ambiguous', // a file holds several networks and no key says which
  'architecture-unknown', // tensors match no architecture of the zoo
  'architecture-ambiguous', // tensors match more than one
  'dataset-invalid', // wrong image sizes, labels out of range, wrong counts
  'dataset-odd', // a data set looks as if it were misunderstood, and nobody has accepted it so
  'dataset-mismatch', // network and data set do not fit each other
  'store-locked', // another process owns the store
  'owner-gone', // whoever owns the store ended before it answered a command handed to it
  'handover-refused', // whoever owns the store takes no commands from this program
  'not-a-store', // a folder named as the store that holds other files
  'store-newer', // written by a newer version of the studio
  'store-corrupt', // SQLite reports damage
  'store-older', // opened for reading only, and written by an earlier version of the studio
  'store-read-only', // a command that writes, on a store that was opened for reading only
  'record-unreadable', // a row of the store is damaged or of a newer studio
  'conflict', // the status changed meanwhile; nothing was done
  'executor-unavailable', // the chosen executor or provider cannot be loaded here
  'op-unsupported', // the tracer or lowering does not know an operation
  'diverged', // loss became NaN or infinite
  'trainer-gone', // the trainer process died
  ...storageErrorCodes,
  'download-failed', // a file could not be fetched from the network
  ...connectionErrorCodes,
  'cluster-refused', // Slurm does not take a job, or a tool of the cluster fails
  'cluster-folder', // the folder on the cluster cannot be used, or what lay there is gone
  'cluster-reply', // a cluster answered with something that cannot be read
  'cluster-runtime', // the programs that run on a cluster are not there, or do not run there
  'cancelled', // the user cancelled
  'unauthorized', // IPC sender is not the studio's own window
  'unknown-command', // no command of the studio has this name
  'message-too-large', // what a command was given is larger or deeper than any command needs
  'internal', // a defect of the studio
] as const
export type AppErrorCode = (typeof appErrorCodes)[number]

export interface AppError {
  readonly code: AppErrorCode
  /** What failed, on which thing. One sentence. */
  readonly message: string
  /** Where: file and byte offset or tensor, run and step, field path. */
  readonly where?: string
  /** What the user can do about it. */
  readonly remedy?: string
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppError }

export function ok<T>(value: T): Result<T> {
  return { ok: true, value }
}

export function fail(error: AppError): { readonly ok: false; readonly error: AppError } {
  return { ok: false, error }
}

/** Thrown inside a process only; carries the same fields as `AppError`. */
export class AppException extends Error implements AppError {
  readonly code: AppErrorCode
  readonly where?: string
  readonly remedy?: string

  constructor(error: AppError, options?: ErrorOptions) {
    super(error.message, options)
    this.name = 'AppException'
    this.code = error.code
    if (error.where !== undefined) this.where = error.where
    if (error.remedy !== undefined) this.remedy = error.remedy
  }
}

/** The value of a success; a failure is thrown as an `AppException`. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new AppException(result.error)
}

/** Any thrown value as an `AppError`; what neither we nor a disk said becomes `internal` with its message kept. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppException) {
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.where === undefined ? {} : { where: thrown.where }),
      ...(thrown.remedy === undefined ? {} : { remedy: thrown.remedy }),
    }
  }
  const storage = storageError(thrown)
  if (storage !== undefined) return storage
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (isMemoryText(message)) {
    return {
      code: 'out-of-memory',
      message: `The system gives no more memory (${message.replace(/\.$/, '')}).`,
      remedy: memoryRemedy,
    }
  }
  return { code: 'internal', message, remedy: 'This is a defect of the studio; please report it with the log.' }
}

/** Ends an exhaustive switch. */
export function assertNever(value: never): never {
  throw new AppException({ code: 'internal', message: `Unexpected value ${JSON.stringify(value)}` })
}
