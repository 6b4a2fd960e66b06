import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'
import { AppException } from '#shared/basics/result.ts'

export type Database = BetterSqlite3.Database
export type Sqlite = typeof BetterSqlite3

/** better-sqlite3 13 speaks Node-API 10 and crashes the process, without a message, where there is less. */
const NEEDED_NODE_API = 10

/**
 * The SQLite binding this process can load: the installed better-sqlite3, or, where Node-API is too old for it, the
 * package folder named by NERN_BETTER_SQLITE3. Throws `internal` with a remedy when neither can be loaded.
 */
export function loadSqlite(): Sqlite {
  const require = createRequire(import.meta.url)
  const nodeApi = Number(process.versions.napi)
  const folder = process.env['NERN_BETTER_SQLITE3']
  if (nodeApi < NEEDED_NODE_API && folder === undefined) {
    throw new AppException({
      code: 'internal',
      message: `SQLite cannot be loaded: better-sqlite3 needs Node-API ${NEEDED_NODE_API}, this process has ${nodeApi}.`,
      remedy: 'Run with Node 22.14 or newer, or name a folder with better-sqlite3 12 in NERN_BETTER_SQLITE3.',
    })
  }
  const target = nodeApi >= NEEDED_NODE_API ? 'better-sqlite3' : (folder ?? '')
  try {
    // Both versions export the same constructor.
    return require(target) as Sqlite
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppException(
      {
        code: 'internal',
        message: `SQLite could not be loaded from ${target}: ${reason}`,
        remedy: 'Install the packages again (npm ci).',
      },
      { cause },
    )
  }
}
