/**
 * Files that come from the npm registry without being dependencies: fetched with `npm pack` (so npm's own cache and
 * configuration hold), checked by integrity hash, unpacked. Built-in modules only.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { runNpm, stop } from './environment.mjs'

/**
 * Unpacks `name@version` into `folder` (made here), so that its files lie in `folder/package`. Stops the process, with
 * the command to do it by hand, when the registry does not answer or the contents are not the expected ones.
 */
export function unpackNpmArchive({ spec, integrity, folder, manual }) {
  fs.mkdirSync(folder, { recursive: true })
  const packed = runNpm(['pack', spec, '--silent', '--pack-destination', folder])
  const name = fs.readdirSync(folder).find((entry) => entry.endsWith('.tgz'))
  if (packed.status !== 0 || name === undefined) stop(`npm could not fetch ${spec}.`, manual)
  const archive = path.join(folder, name)
  const found = `sha512-${createHash('sha512').update(fs.readFileSync(archive)).digest('base64')}`
  if (found !== integrity) stop(`${spec} has the integrity ${found}, expected ${integrity}.`, manual)
  // tar is part of Linux, macOS and Windows 10 and newer.
  const unpacked = spawnSync('tar', ['xzf', name], { cwd: folder, stdio: ['ignore', 2, 2] })
  if (unpacked.status !== 0) stop(`tar could not unpack ${spec}.`, manual)
  fs.rmSync(archive)
}

/**
 * Makes `target` by filling a temporary folder beside it and renaming that: an interrupted run leaves nothing that looks
 * finished. Removes what earlier interrupted runs left.
 */
export async function makeFolder(target, fill) {
  const parent = path.dirname(target)
  const prefix = `${path.basename(target)}.partial-`
  fs.mkdirSync(parent, { recursive: true })
  for (const entry of fs.readdirSync(parent)) {
    if (!entry.startsWith(prefix) || isRunning(Number(entry.slice(prefix.length)))) continue
    fs.rmSync(path.join(parent, entry), { recursive: true, force: true })
  }
  const partial = path.join(parent, `${prefix}${process.pid}`)
  fs.mkdirSync(partial)
  try {
    await fill(partial)
    fs.rmSync(target, { recursive: true, force: true })
    fs.renameSync(partial, target)
  } finally {
    fs.rmSync(partial, { recursive: true, force: true })
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause.code === 'EPERM'
  }
}
