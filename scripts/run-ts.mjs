#!/usr/bin/env node
/**
 * usage: node scripts/run-ts.mjs FILE.ts [arguments]
 *
 * Bundles a TypeScript entry by the rules of the product and runs it: for benches and small tools.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { chooseNode, root } from './lib/environment.mjs'

const [file, ...args] = process.argv.slice(2)
if (!file) {
  console.error('usage: node scripts/run-ts.mjs FILE.ts [arguments]')
  process.exit(2)
}
const node = chooseNode()
if (node !== process.execPath) {
  const again = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(again.status ?? 1)
}
const { buildNodeBundle } = await import('./lib/node-bundle.mjs')
const source = path.resolve(file)
const name = path
  .relative(root, source)
  .replaceAll(/[^\w-]+/g, '_')
  .replace(/_m?ts$/, '')
const outDir = path.join(root, '.cache', 'run', name)
await buildNodeBundle({ root, entries: { [name]: source }, outDir })
const result = spawnSync(node, ['--enable-source-maps', path.join(outDir, `${name}.js`), ...args], { stdio: 'inherit' })
if (result.signal) console.error(`${file} ended by ${result.signal}`)
process.exit(result.status ?? 1)
