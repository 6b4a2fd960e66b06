import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'vitest'

/** What reads packages in plain Python. */
export const pythonLoader = join(import.meta.dirname, '../../resources/python/nern_load.py')

const python = process.env['NERN_PYTHON'] ?? '/usr/bin/python3'

/** Runs Python with these arguments and this standard input; throws what it printed when it fails. */
export function runPython(args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(python, args, { encoding: 'utf8', input })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${python} ${args.join(' ')} ended with ${String(status)}: ${stderr}`)
  return stdout
}

/**
 * `it` for tests that need Python with these modules: without them the test counts as skipped and says which are
 * missing, except in CI, where it runs and fails.
 */
export function itWithPython(modules: readonly string[]) {
  const isThere = (module: string): boolean => spawnSync(python, ['-c', `import ${module}`]).status === 0
  const missing = modules.filter((module) => !isThere(module))
  if (missing.length === 0 || process.env['CI'] !== undefined) return it
  return (name: string, _test: () => unknown) => it.skip(`${name} (missing: ${python} with ${missing.join(', ')})`)
}
