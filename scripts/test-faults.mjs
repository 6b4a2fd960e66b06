/** `npm run test:faults`: kills, full and failing disks, stopped processes; a run must end the same (docs/reliability.md). */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, bootstrapElectron, root, runNode } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { buildStudio, buildTestPrograms } = await import('./lib/build.mjs')
await buildTestPrograms()
const args = process.argv.slice(2)
const main = (...parts) => ['scripts/run-ts.mjs', path.join(root, 'test', 'faults', ...parts), ...args]
// The app needs Electron and a screen; all else is of the command line.
const isApp = args.includes('app-kills')
process.exit(isApp ? await runInWindow() : await runNode(tools, main('main.ts')))

async function runInWindow() {
  const { withDisplay } = await import('./lib/display.mjs')
  const provided = await bootstrapElectron(tools)
  await buildStudio()
  return withDisplay(provided, (env) =>
    runNode({ node: tools.node, env: { ...env, NERN_APP: root } }, main('app', 'main.ts')),
  )
}
