/** Something to compete with: what holds only on a machine that does nothing else does not hold. Built-in modules only. */
import { fork } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { say } from './environment.mjs'

const burner = path.join(import.meta.dirname, 'burn.mjs')
/** A script that hangs must not burn a machine for ever. */
const LONGEST_S = 2 * 3600

/**
 * Calls `use` beside as many busy processes as there are processors and resolves to its result.
 * @template T
 * @param {() => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function besideLoad(use) {
  const count = os.availableParallelism()
  const burners = Array.from({ length: count }, () => fork(burner, [String(LONGEST_S)], { stdio: 'ignore' }))
  say(`Beside ${count} processes that keep all processors busy`)
  try {
    return await use()
  } finally {
    for (const child of burners) child.kill()
  }
}
