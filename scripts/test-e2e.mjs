/** `npm run test:e2e`: the built studio in a real Electron, on a virtual screen when there is none. Arguments go to Playwright. */
import process from 'node:process'
import { bootstrap, bootstrapElectron, runNode, say } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { buildCli, buildStudio } = await import('./lib/build.mjs')
const { withDisplay } = await import('./lib/display.mjs')
const provided = await bootstrapElectron(tools)
await buildCli()
await buildStudio()
say(`End-to-end tests in Electron ${provided.electron.version}`)
const playwright = ['node_modules/@playwright/test/cli.js', 'test', ...process.argv.slice(2)]
process.exit(await withDisplay(provided, (env) => runNode({ node: tools.node, env }, playwright)))
