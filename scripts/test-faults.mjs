/** `npm run test:faults`: kills, full and failing disks, stopped processes; a run must end the same (docs/reliability.md). */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, root, runNode } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { buildTestPrograms } = await import('./lib/build.mjs')
await buildTestPrograms()
const main = path.join(root, 'test', 'faults', 'main.ts')
process.exit(await runNode(tools, ['scripts/run-ts.mjs', main, ...process.argv.slice(2)]))
