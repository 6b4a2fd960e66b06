/**
 * `npm run demo`: gets CIFAR-10, opens the studio and runs the sample experiment before the user's eyes. Without a
 * display it does the same on a virtual one, prints the result and saves pictures of every screen.
 *
 * The demo has a store of its own in .cache/demo: `npm start -- --store .cache/demo/store` opens it again.
 */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, bootstrapElectron, root, say } from './lib/bootstrap.mjs'
import { cifar10Folder } from './lib/cifar10.mjs'

const tools = await bootstrap()
const { buildStudio } = await import('./lib/build.mjs')
const { launchStudio } = await import('./lib/launch.mjs')
const provided = await bootstrapElectron(tools)
// Fetched here rather than by the studio: this is one step of the set-up, and the tests use the same files.
provided.env['NERN_CIFAR10'] = await cifar10Folder()
await buildStudio()

const folder = path.join(root, '.cache', 'demo')
const screenshots = path.join(root, 'screenshots', 'demo')
const args = ['--demo', `--store=${path.join(folder, 'store')}`, `--user-data-dir=${path.join(folder, 'user-data')}`]
if (!provided.hasDisplay) args.push('--demo-exit', `--screenshots=${screenshots}`)
const code = await launchStudio(provided, args)
if (code === 0 && !provided.hasDisplay) say(`Pictures of every screen: ${path.relative(root, screenshots)}`)
process.exit(code)
