import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'
import { onTestFinished, vi } from 'vitest'

/**
 * What is done from now on to the end of the test by the blocking calls of `node:fs` that make files durable, in order:
 * `sync NAME`, `rename NAME to NAME`. They are carried out as always.
 */
export function recordFileOperations(): readonly string[] {
  const operations: string[] = []
  const paths = new Map<number, string>()
  const { openSync, fsyncSync, renameSync } = fs
  const spies = [
    vi.spyOn(fs, 'openSync').mockImplementation((path, flags, mode) => {
      const file = openSync(path, flags, mode)
      paths.set(file, String(path))
      return file
    }),
    vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
      fsyncSync(file)
      operations.push(`sync ${basename(paths.get(file) ?? '')}`)
    }),
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      renameSync(from, to)
      operations.push(`rename ${basename(String(from))} to ${basename(String(to))}`)
    }),
  ]
  // Otherwise modules that import functions by name go on calling the first ones.
  syncBuiltinESMExports()
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
    syncBuiltinESMExports()
  })
  return operations
}
