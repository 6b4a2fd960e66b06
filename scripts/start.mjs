/** `npm start`: builds what has changed and opens the studio. Its own switches go behind `--`: npm start -- --store DIR */
import process from 'node:process'
import { bootstrap, bootstrapElectron, stop } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { buildStudio } = await import('./lib/build.mjs')
const { launchStudio } = await import('./lib/launch.mjs')
const provided = await bootstrapElectron(tools)
if (!provided.hasDisplay) stop('there is no display to open a window on.', 'npm run demo, or npm run studio -- --help')
await buildStudio()
process.exit(await launchStudio(provided, process.argv.slice(2)))
