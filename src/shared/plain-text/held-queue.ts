import type { AppError } from '../basics/result.ts'
import type { StorageErrorCode } from '../basics/storage-errors.ts'

const untils: Readonly<Record<StorageErrorCode, string>> = {
  'disk-full': 'when there is room',
  'disk-failing': 'when the disk answers again',
  'disk-gone': 'when the disk is back',
  'not-permitted': 'when the store may be written again',
  'too-many-files': 'when files can be opened again',
  'store-busy': 'when the database is free again',
  'out-of-memory': 'when there is memory',
}

/** Why the queue starts nothing, and when it goes on: the same words in the window and on the command line. */
export function heldQueueText({ code, message }: AppError): string {
  const until = Object.entries(untils).find(([known]) => known === code)?.[1] ?? 'when the store can be written again'
  return `${message} The queue goes on by itself ${until}.`
}
