import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadSqlite, type Database } from '#main/store/sqlite.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const sqlite = loadSqlite()

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: what the system says, write`), { code, path: '/store/runs/a' })
}

function codeOf(thrown: unknown): string {
  return toAppError(thrown).code
}

/** What `work` throws, as the studio tells it. */
function errorOf(work: () => unknown) {
  try {
    work()
  } catch (thrown) {
    return toAppError(thrown)
  }
  throw new Error('nothing was thrown')
}

function tableIn(path: string): Database {
  const db = new sqlite(path)
  db.exec('CREATE TABLE t (x)')
  return db
}

describe('what the system says', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EFBIG', 'disk-full'],
    ['EIO', 'disk-failing'],
    ['ENODEV', 'disk-gone'],
    ['ESTALE', 'disk-gone'],
    ['EACCES', 'not-permitted'],
    ['EPERM', 'not-permitted'],
    ['EROFS', 'not-permitted'],
    ['EMFILE', 'too-many-files'],
    ['ENFILE', 'too-many-files'],
    ['ENOMEM', 'out-of-memory'],
    ['ENOENT', 'not-found'],
  ])('%s becomes %s, with where and what to do', (errno, code) => {
    expect(toAppError(systemError(errno))).toMatchObject({
      code,
      where: '/store/runs/a',
      remedy: expect.stringMatching(/\.$/) as string,
      message: expect.stringContaining(errno) as string,
    })
  })

  it('leaves other errors what they are', () => {
    expect(codeOf(systemError('EPIPE'))).toBe('internal')
    expect(codeOf(systemError('constructor'))).toBe('internal')
    expect(codeOf(new AppException({ code: 'conflict', message: 'no' }))).toBe('conflict')
    expect(codeOf('ENOSPC')).toBe('internal')
  })
})

describe('what SQLite says', () => {
  it.each([
    ['SQLITE_FULL', 'disk-full'],
    ['SQLITE_IOERR', 'disk-failing'],
    ['SQLITE_IOERR_FSYNC', 'disk-failing'],
    ['SQLITE_IOERR_SHMSIZE', 'disk-full'],
    ['SQLITE_IOERR_NOMEM', 'out-of-memory'],
    ['SQLITE_READONLY', 'not-permitted'],
    ['SQLITE_READONLY_DBMOVED', 'disk-gone'],
    ['SQLITE_CANTOPEN', 'disk-gone'],
    ['SQLITE_CORRUPT_INDEX', 'store-corrupt'],
    ['SQLITE_NOTADB', 'store-corrupt'],
    ['SQLITE_BUSY_SNAPSHOT', 'store-busy'],
    ['SQLITE_LOCKED', 'store-busy'],
    ['SQLITE_NOMEM', 'out-of-memory'],
  ])('%s becomes %s', (code, expected) => {
    expect(codeOf(new sqlite.SqliteError('what SQLite says', code))).toBe(expected)
  })

  it('keeps a mistake of ours a defect', () => {
    const db = tableIn(':memory:')
    expect(errorOf(() => db.exec('SELEC')).code).toBe('internal')
    db.exec('CREATE TABLE u (x UNIQUE); INSERT INTO u VALUES (1)')
    expect(errorOf(() => db.exec('INSERT INTO u VALUES (1)')).code).toBe('internal')
    db.close()
  })

  it('tells a database that may not grow as a full disk', () => {
    const db = tableIn(join(temporaryFolder(), 'a.sqlite'))
    db.pragma('max_page_count = 2')
    expect(errorOf(() => db.exec('INSERT INTO t VALUES (zeroblob(100000))'))).toMatchObject({
      code: 'disk-full',
      message: 'There is no space left on the disk (database or disk is full).',
    })
    db.close()
  })

  it('tells a database that others hold, may not be written, or is none', () => {
    const path = join(temporaryFolder(), 'a.sqlite')
    const holder = tableIn(path)
    holder.exec('BEGIN EXCLUSIVE')
    const other = new sqlite(path, { timeout: 0 })
    expect(errorOf(() => other.exec('INSERT INTO t VALUES (1)')).code).toBe('store-busy')
    holder.close()
    other.close()
    const reader = new sqlite(path, { readonly: true })
    expect(errorOf(() => reader.exec('INSERT INTO t VALUES (1)')).code).toBe('not-permitted')
    reader.close()
    writeFileSync(path, 'not a database, but long enough to be looked at as if it were one')
    expect(errorOf(() => new sqlite(path).exec('SELECT * FROM t')).code).toBe('store-corrupt')
    const folder = join(temporaryFolder(), 'b.sqlite')
    mkdirSync(folder)
    chmodSync(folder, 0o700)
    expect(errorOf(() => new sqlite(folder)).code).toBe('disk-gone')
  })
})

it('only what passes with the disk holds the queue', () => {
  const held = ['disk-full', 'disk-failing', 'disk-gone', 'not-permitted', 'too-many-files', 'store-busy']
  expect(held.filter((code) => !isStorageTrouble({ code }))).toEqual([])
  const others = ['out-of-memory', 'store-corrupt', 'not-found', 'internal', 'diverged']
  expect(others.filter((code) => isStorageTrouble({ code }))).toEqual([])
})
