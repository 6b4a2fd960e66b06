/**
 * Makes a bare checkout runnable: installs the locked packages when they are missing or stale and finds a Node.js new
 * enough for the tools. Built-in modules only; runs on Node 20 and newer, on Linux, macOS and Windows.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** Node-API 10 (better-sqlite3) and the module loader vitest needs arrived with this version. */
const minimumNode = [22, 14]

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

function isRecent(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1])
}

function lockfileDigest() {
  const lockfile = fs.readFileSync(path.join(root, 'package-lock.json'))
  return createHash('sha256').update(lockfile).update(process.platform).update(process.arch).digest('hex')
}

/** `npm ci` unless node_modules was installed from this very lockfile. */
function installPackages() {
  const stamp = path.join(root, 'node_modules', '.nern-lockfile-sha256')
  const digest = lockfileDigest()
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === digest) return
  say('Installing the locked packages with npm ci (about a minute with a warm cache) ...')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // No install scripts: better-sqlite3 and onnxruntime-node carry their binaries, and the scripts of others download
  // things (the CUDA provider, libtensorflow) that fail the whole install where the network does not reach them.
  const result = spawnSync(npm, ['ci', '--ignore-scripts', '--no-progress', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (result.status !== 0) stop('npm ci failed (its messages stand above).', 'check the network, then run npm ci')
  fs.writeFileSync(stamp, digest)
}

/** The Node.js the locked packages bring, else the running one; it must be at least 22.14. */
function findNode() {
  const own = path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.exe' : 'node')
  for (const candidate of [own, process.execPath]) {
    if (candidate !== process.execPath && !fs.existsSync(candidate)) continue
    const version = spawnSync(candidate, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
    if (isRecent(version)) return candidate
  }
  return stop(
    `Node.js ${minimumNode.join('.')} or newer is needed, this is ${process.version}, and no package of it fits this system.`,
    'install a current Node.js from nodejs.org or your package manager',
  )
}

/** Everything a script needs: call first. Quick when there is nothing to do. */
export function bootstrap() {
  installPackages()
  const node = findNode()
  const bin = path.dirname(node)
  const separator = path.delimiter
  const env = { ...process.env, PATH: `${bin}${separator}${process.env['PATH'] ?? ''}` }
  return { node, env }
}

/** Runs a JavaScript entry of an installed package, or a file of ours, under the right Node.js; returns its exit code. */
export function runNode({ node, env }, args, options = {}) {
  const result = spawnSync(node, args, { cwd: root, env, stdio: 'inherit', ...options })
  if (result.error) stop(`could not start ${args[0]}: ${result.error.message}`)
  return result.status ?? 1
}
