/** `npm run soak -- --minutes 40`: experiments without end; memory and handles must not creep (docs/reliability.md). */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, bootstrapElectron, root, runNode } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { buildStudio, buildTestPrograms } = await import('./lib/build.mjs')
const { withDisplay } = await import('./lib/display.mjs')
const provided = await bootstrapElectron(tools)
await buildTestPrograms()
await buildStudio()
const main = ['scripts/run-ts.mjs', path.join(root, 'test', 'soak', 'main.ts'), ...process.argv.slice(2)]
// What drives the studio is bundled elsewhere, and finds it by this.
const run = (env) => runNode({ node: tools.node, env: { ...env, NERN_APP: root } }, main)
process.exit(await withDisplay(provided, run))
