/**
 * Makes a bare checkout runnable: finds out what is missing and installs it, saying so in plain lines, or names the
 * command that would. Quick when everything is there. Starts on Node 20 and newer with built-in modules only; the script
 * that called goes on under the Node that the tools need.
 */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { findNode } from './environment.mjs'
import { installPackages } from './packages.mjs'
import { runForeground } from './run.mjs'

export { root, say, stop } from './environment.mjs'

/**
 * Call first, before importing any package. Installs the locked packages; when the running Node is not the one for the
 * tools, runs this very script again under that and ends with its exit code.
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} the Node and the environment for what the script starts
 */
export async function bootstrap() {
  installPackages()
  const node = findNode()
  if (fs.realpathSync(node) !== fs.realpathSync(process.execPath)) {
    process.exit(await runForeground(node, process.argv.slice(1), { cwd: process.cwd() }))
  }
  const folders = [path.dirname(node), process.env['PATH'] ?? '']
  return { node, env: { ...process.env, PATH: folders.join(path.delimiter) } }
}

/** Runs a JavaScript file (of ours or of a package) under the right Node; resolves to its exit code. */
export function runNode({ node, env }, args, options = {}) {
  return runForeground(node, args, { env, ...options })
}

/**
 * Sees to Electron as well: its binary, its system libraries, and SQLite for the fallback.
 * @returns {Promise<{ electron: import('./electron.mjs').Electron, env: NodeJS.ProcessEnv, hasDisplay: boolean }>}
 */
export async function bootstrapElectron({ env }) {
  const { declaredElectron, fallbackElectron } = await import('./electron.mjs')
  const { installSystemPackages } = await import('./system-packages.mjs')
  const hasDisplay = process.platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
  const declared = await declaredElectron()
  installSystemPackages({ needsDisplay: !hasDisplay, isFallback: declared === undefined })
  const electron = declared ?? (await fallbackElectron())
  const electronEnv = {
    ...env,
    NERN_ELECTRON: electron.executable,
    NERN_ELECTRON_VERSION: electron.version,
    // By this Playwright finds it on its own, as it must (docs/adr/0015).
    ELECTRON_OVERRIDE_DIST_PATH: electron.dist,
  }
  if (electron.isFallback) {
    const { sqliteForFallback } = await import('./sqlite-for-fallback.mjs')
    electronEnv['NERN_BETTER_SQLITE3'] = await sqliteForFallback()
    // Containers lack a session bus, and Electron complains at length; it runs without.
    electronEnv['DBUS_SESSION_BUS_ADDRESS'] = env['DBUS_SESSION_BUS_ADDRESS'] ?? 'disabled:'
  }
  return { electron, env: electronEnv, hasDisplay }
}
