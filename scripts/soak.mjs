/** `npm run soak -- --minutes 40`: experiments without end; memory and handles must not creep (docs/reliability.md). */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, root, runNode } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { buildTestPrograms } = await import('./lib/build.mjs')
await buildTestPrograms()
const main = path.join(root, 'test', 'soak', 'main.ts')
process.exit(await runNode(tools, ['scripts/run-ts.mjs', main, ...process.argv.slice(2)]))
