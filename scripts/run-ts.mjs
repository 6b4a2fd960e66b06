#!/usr/bin/env node
/**
 * usage: node scripts/run-ts.mjs FILE.ts [arguments]
 *
 * Bundles a TypeScript entry by the rules of the product and runs it: for benches and small tools.
 */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, root, runNode, stop } from './lib/bootstrap.mjs'

const [file, ...args] = process.argv.slice(2)
if (!file) stop('no file was named.', 'node scripts/run-ts.mjs FILE.ts [arguments]')
const tools = await bootstrap()
const { buildNodeBundle } = await import('./lib/node-bundle.mjs')
const source = path.resolve(file)
const name = path
  .relative(root, source)
  .replaceAll(/[^\w-]+/g, '_')
  .replace(/_m?ts$/, '')
const outDir = path.join(root, '.cache', 'run', name)
await buildNodeBundle({ root, entries: { [name]: source }, outDir })
const bundle = path.join(outDir, `${name}.js`)
process.exit(await runNode(tools, ['--enable-source-maps', bundle, ...args], { cwd: process.cwd() }))
