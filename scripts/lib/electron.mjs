/** Which Electron runs the studio: the declared one when its binary can be had, else the fallback, and it says which. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fallbackDist, fallbackVersion } from './electron-fallback.mjs'
import { cacheDir, root, say, stop } from './environment.mjs'

const packageFolder = path.join(root, 'node_modules', 'electron')
const installCommand = 'node node_modules/electron/install.js'
/** A failed download is remembered, so that later starts do not wait for it again. */
const failureRecord = path.join(cacheDir, 'electron-download-failed.json')
const FAILURE_HOLDS_MS = 7 * 24 * 3600 * 1000
const PROBE_MS = 8_000
const DOWNLOAD_MS = 15 * 60_000

/**
 * @typedef {object} Electron
 * @property {string} version
 * @property {string} dist folder of its files, as `electronDist` and ELECTRON_OVERRIDE_DIST_PATH want it
 * @property {string} executable
 * @property {boolean} isFallback
 */

/**
 * The declared Electron, downloaded when it can be.
 * @returns {Promise<Electron | undefined>} undefined when it cannot and a fallback exists for this system; where none
 *   does, stops the process with the command to run
 */
export async function declaredElectron() {
  const declared = JSON.parse(fs.readFileSync(path.join(packageFolder, 'package.json'), 'utf8')).version
  const installed = readInstalled(declared)
  if (installed) return installed
  if (!hasFailedLately(declared)) {
    say(`Fetching Electron ${declared} (about 110 MB) ...`)
    const downloaded = (await isReachable(declared)) ? download(declared) : undefined
    if (downloaded) return downloaded
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    stop(`Electron ${declared} could not be downloaded for ${process.platform}-${process.arch}.`, installCommand)
  }
  fs.mkdirSync(cacheDir, { recursive: true })
  if (!hasFailedLately(declared)) {
    fs.writeFileSync(failureRecord, JSON.stringify({ version: declared, failedAt: Date.now() }))
  }
  say(
    `Electron ${declared} cannot be downloaded here: using Electron ${fallbackVersion} (${installCommand} tries again).`,
  )
  return undefined
}

/** @returns {Promise<Electron>} */
export async function fallbackElectron() {
  const dist = await fallbackDist()
  return { version: fallbackVersion, dist, executable: path.join(dist, 'electron'), isFallback: true }
}

/** What electron's own install script leaves when it has done its work. */
function readInstalled(version) {
  const dist = path.join(packageFolder, 'dist')
  const executableFile = path.join(packageFolder, 'path.txt')
  const versionFile = path.join(dist, 'version')
  if (!fs.existsSync(executableFile) || !fs.existsSync(versionFile)) return undefined
  if (fs.readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') !== version) return undefined
  const executable = path.join(dist, fs.readFileSync(executableFile, 'utf8').trim())
  return fs.existsSync(executable) ? { version, dist, executable, isFallback: false } : undefined
}

function hasFailedLately(version) {
  if (!fs.existsSync(failureRecord)) return false
  const record = JSON.parse(fs.readFileSync(failureRecord, 'utf8'))
  return record.version === version && Date.now() - record.failedAt < FAILURE_HOLDS_MS
}

/** True when the archive lies in electron's download cache or its server answers soon. */
async function isReachable(version) {
  const archive = `electron-v${version}-${process.platform}-${process.arch}.zip`
  if (downloadCaches().some((folder) => holds(folder, archive))) return true
  const mirror = process.env['ELECTRON_MIRROR'] ?? 'https://github.com/electron/electron/releases/download/'
  try {
    const url = new URL(`v${version}/${archive}`, mirror)
    return (await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) })).ok
  } catch {
    // Whatever the network says means the same here: not reachable.
    return false
  }
}

function downloadCaches() {
  const named = process.env['electron_config_cache']
  if (named) return [named]
  if (process.platform === 'darwin') return [path.join(os.homedir(), 'Library', 'Caches', 'electron')]
  if (process.platform === 'win32') return [path.join(process.env['LOCALAPPDATA'] ?? os.homedir(), 'electron', 'Cache')]
  return [path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'electron')]
}

/** The cache keeps each archive in a folder named by the hash of its address. */
function holds(folder, archive) {
  if (!fs.existsSync(folder)) return false
  return fs.readdirSync(folder).some((entry) => fs.existsSync(path.join(folder, entry, archive)))
}

function download(version) {
  const result = spawnSync(process.execPath, [path.join(packageFolder, 'install.js')], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    timeout: DOWNLOAD_MS,
  })
  return result.status === 0 ? readInstalled(version) : undefined
}
