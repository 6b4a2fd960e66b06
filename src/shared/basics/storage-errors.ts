/**
 * What the system and SQLite say of a disk, in the studio's words: one table for command line, window and trainer. Such
 * an error is no defect of the studio; each has a code of its own with a remedy. Only `code` of a thrown value is looked
 * at, so that the table needs neither Node nor SQLite.
 */

/** Codes that say that a disk, not a file or a value, is the trouble. Listed with the others in result.ts. */
export const storageErrorCodes = [
  'disk-full', // no space left, or none that this user may take
  'disk-failing', // the disk answers reads or writes with an error
  'disk-gone', // the disk, or the folder on it, is no longer there
  'not-permitted', // the system forbids it: rights, or a file system mounted for reading only
  'too-many-files', // the system opens no further file
  'store-busy', // another process holds the database longer than it may
  'out-of-memory', // the system gives no more memory
] as const
export type StorageErrorCode = (typeof storageErrorCodes)[number]

/** What to do where memory runs short. */
export const memoryRemedy =
  'Close other programs, let fewer experiments run at once (places in Settings), or choose a smaller batch or network.'

interface StorageError {
  readonly code: StorageErrorCode | 'store-corrupt' | 'not-found'
  readonly message: string
  readonly where?: string
  readonly remedy: string
}

interface Trouble {
  /** A sentence without its end; what was to be done may follow. */
  readonly what: string
  readonly remedy: string
}

const troubles: Readonly<Record<StorageError['code'], Trouble>> = {
  'disk-full': {
    what: 'There is no space left on the disk',
    remedy: 'Free some space on this disk, then try again.',
  },
  'disk-failing': {
    what: 'The disk answers with an error',
    remedy: 'Check the disk and its cable or network; copy the store to another disk before anything else.',
  },
  'disk-gone': {
    what: 'The disk, or the folder on it, is not there',
    remedy: 'Connect the disk again, or name another store with --store DIR, then try again.',
  },
  'not-permitted': {
    what: 'The system does not permit it',
    remedy: 'Give your user the right to write there; a disk that is mounted for reading only must be mounted anew.',
  },
  'too-many-files': {
    what: 'The system opens no further file',
    remedy: 'Close other programs, or raise the limit of open files (ulimit -n), then try again.',
  },
  'store-busy': {
    what: 'Another process holds the database of the store',
    remedy: 'Close programs that look into the store, such as a SQLite browser or a backup, then try again.',
  },
  'out-of-memory': {
    what: 'The system gives no more memory',
    remedy: memoryRemedy,
  },
  'store-corrupt': {
    what: "The store's database is damaged",
    remedy: 'Close the studio, then see what can be kept: studio store repair --dry-run',
  },
  'not-found': {
    what: 'It does not exist',
    remedy: 'It may have been moved or removed; look for it and try again.',
  },
}

const byErrno: Readonly<Record<string, StorageError['code']>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'disk-full',
  EIO: 'disk-failing',
  EREMOTEIO: 'disk-failing',
  EBADMSG: 'disk-failing',
  EUCLEAN: 'disk-failing',
  ENODEV: 'disk-gone',
  ENXIO: 'disk-gone',
  ESTALE: 'disk-gone',
  ENOTCONN: 'disk-gone',
  ENOMEDIUM: 'disk-gone',
  EACCES: 'not-permitted',
  EPERM: 'not-permitted',
  EROFS: 'not-permitted',
  EBUSY: 'not-permitted',
  ETXTBSY: 'not-permitted',
  EMFILE: 'too-many-files',
  ENFILE: 'too-many-files',
  ENOMEM: 'out-of-memory',
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
}

/** Extended codes stand before the primary ones that they begin with: the first that fits is taken. */
const bySqlite: readonly (readonly [string, StorageError['code']])[] = [
  ['SQLITE_FULL', 'disk-full'],
  // The index of the log is made as large as it will be before it is used: this is how a full disk shows first.
  ['SQLITE_IOERR_SHMSIZE', 'disk-full'],
  ['SQLITE_IOERR_NOMEM', 'out-of-memory'],
  ['SQLITE_IOERR_CORRUPTFS', 'store-corrupt'],
  ['SQLITE_IOERR', 'disk-failing'],
  ['SQLITE_READONLY_DBMOVED', 'disk-gone'],
  ['SQLITE_READONLY', 'not-permitted'],
  ['SQLITE_PERM', 'not-permitted'],
  ['SQLITE_AUTH', 'not-permitted'],
  ['SQLITE_CANTOPEN', 'disk-gone'],
  ['SQLITE_CORRUPT', 'store-corrupt'],
  ['SQLITE_NOTADB', 'store-corrupt'],
  ['SQLITE_BUSY', 'store-busy'],
  ['SQLITE_LOCKED', 'store-busy'],
  ['SQLITE_PROTOCOL', 'store-busy'],
  ['SQLITE_NOMEM', 'out-of-memory'],
]

/** What a thrown value says of the disk, or undefined when it says nothing of one. */
export function storageError(thrown: unknown): StorageError | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return undefined
  const code = codeOf(thrown.code)
  if (code === undefined) return undefined
  const { what, remedy } = troubles[code]
  const path = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : undefined
  return {
    code,
    message: `${what} (${withoutEnd(thrown.message)}).`,
    ...(path === undefined ? {} : { where: path }),
    remedy,
  }
}

/** Whether an error is the disk's, and passes when the disk is well again: what was under way may go on then. */
export function isStorageTrouble({ code }: { readonly code: string }): boolean {
  return code !== 'out-of-memory' && storageErrorCodes.some((known) => known === code)
}

function codeOf(code: string): StorageError['code'] | undefined {
  if (code.startsWith('SQLITE_')) return bySqlite.find(([beginning]) => code.startsWith(beginning))?.[1]
  return Object.hasOwn(byErrno, code) ? byErrno[code] : undefined
}

function withoutEnd(message: string): string {
  return message.replace(/\.$/, '')
}
