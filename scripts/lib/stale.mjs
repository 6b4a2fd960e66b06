/** Whether an output is older than what it is made from. */
import fs from 'node:fs'
import path from 'node:path'
import { root } from './environment.mjs'

/**
 * True when `output` is missing or any file of `sources` (files or folders; relative ones are of the root) is newer. Folders
 * count too, so that a deleted file is noticed.
 */
export function isStale(output, sources) {
  const built = fs.statSync(path.resolve(root, output), { throwIfNoEntry: false })
  return built === undefined || sources.some((source) => isNewer(path.resolve(root, source), built.mtimeMs))
}

function isNewer(location, timeMs) {
  const found = fs.statSync(location, { throwIfNoEntry: false })
  if (found === undefined) return false
  if (found.mtimeMs > timeMs) return true
  if (!found.isDirectory()) return false
  return fs.readdirSync(location).some((entry) => isNewer(path.join(location, entry), timeMs))
}
