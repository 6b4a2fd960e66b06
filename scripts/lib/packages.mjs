/** The locked packages: found to be there, or installed with `npm ci`. Built-in modules only. */
import fs from 'node:fs'
import path from 'node:path'
import { root, runNpm, say, stop } from './environment.mjs'

/** npm writes this copy of the lockfile as the last act of an installation. */
const installedRecord = path.join(root, 'node_modules', '.package-lock.json')

function readPackages(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8')).packages
}

/**
 * Names the first package that the lockfile wants and `installed` lacks or holds in another version; undefined when
 * there is none. Optional packages (other platforms' binaries) may be missing.
 */
export function firstDifference(wanted, installed) {
  for (const [location, { version, integrity, optional, devOptional }] of Object.entries(wanted)) {
    if (location === '') continue
    const found = installed[location]
    if (found === undefined) {
      if (optional || devOptional) continue
      return location
    }
    if (found.version !== version || (integrity && found.integrity && found.integrity !== integrity)) return location
  }
  return undefined
}

/** `npm ci` unless node_modules holds what the lockfile says. */
export function installPackages() {
  const wanted = readPackages(path.join(root, 'package-lock.json'))
  if (fs.existsSync(installedRecord)) {
    const difference = firstDifference(wanted, readPackages(installedRecord))
    if (difference === undefined) return
    say(`The lockfile has changed (${difference}).`)
  }
  say('Installing the locked packages with npm ci (about a minute with a warm cache) ...')
  // No install scripts: better-sqlite3 and onnxruntime-node carry their binaries, and the scripts of others download
  // things (the CUDA provider, libtensorflow) that fail the whole install where the network does not reach them.
  const result = runNpm(['ci', '--ignore-scripts', '--no-progress', '--loglevel=error'], { stdio: ['ignore', 2, 2] })
  if (result.status !== 0) stop('npm ci failed (its messages stand above).', 'check the network, then run: npm ci')
}
