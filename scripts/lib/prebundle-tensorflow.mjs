/**
 * TensorFlow.js in a few files for the tests. Its packages are a thousand ES modules that name each other without file
 * extensions: Node cannot load them, and letting vitest transform them costs seconds in every test file.
 */
import fs from 'node:fs'
import path from 'node:path'
import { root } from './environment.mjs'
import { isStale } from './stale.mjs'

/** What src and test import of TensorFlow.js; built together, so that all share one instance of its engine. */
const entries = {
  core: '@tensorflow/tfjs-core',
  gradients: '@tensorflow/tfjs-core/dist/register_all_gradients.js',
  'backend-cpu': '@tensorflow/tfjs-backend-cpu',
}
// In node_modules, because vitest leaves alone what lies there and Node loads it as it is.
const folder = path.join('node_modules', '.cache', 'nern-tensorflow')

/**
 * Builds those files when they are missing or older than the lockfile.
 * @returns {Promise<{ find: RegExp, replacement: string }[]>} aliases from package names to files
 */
export async function prebundleTensorflow() {
  const marker = path.join(folder, '.built')
  if (isStale(marker, ['package-lock.json', 'scripts/lib/prebundle-tensorflow.mjs', 'scripts/lib/node-bundle.mjs'])) {
    const { buildNodeBundle } = await import('./node-bundle.mjs')
    const outDir = path.join(root, folder)
    const sources = `${outDir}-sources`
    fs.mkdirSync(sources, { recursive: true })
    const files = Object.entries(entries).map(([name, specifier]) => {
      const file = path.join(sources, `${name}.js`)
      fs.writeFileSync(file, `export * from '${specifier}'\n`)
      return [name, file]
    })
    await buildNodeBundle({ root, entries: Object.fromEntries(files), outDir })
    fs.writeFileSync(path.join(outDir, 'package.json'), '{ "type": "module" }\n')
    fs.writeFileSync(path.join(outDir, '.built'), '')
  }
  return Object.entries(entries).map(([name, specifier]) => ({
    find: new RegExp(`^${specifier}$`),
    replacement: path.join(root, folder, `${name}.js`),
  }))
}
