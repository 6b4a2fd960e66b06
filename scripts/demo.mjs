/**
 * `npm run demo`: gets CIFAR-10, opens the studio and runs the sample experiment before the user's eyes. Without a
 * display it does the same on a virtual one, prints the result and saves pictures of every screen.
 *
 * The demo has a store of its own in .cache/demo: `npm start -- --store .cache/demo/store` opens it again.
 */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, bootstrapElectron, root, runNode, say } from './lib/bootstrap.mjs'
import { cifar10Folder } from './lib/cifar10.mjs'

const tools = await bootstrap()
const { buildCli, buildStudio } = await import('./lib/build.mjs')
const { launchStudio } = await import('./lib/launch.mjs')
const provided = await bootstrapElectron(tools)
const images = await cifar10Folder()
await buildCli()
await buildStudio()

const store = path.join(root, '.cache', 'demo', 'store')
const cli = [path.join(root, 'out', 'cli', 'index.js'), '--store', store]
say('Converting CIFAR-10 into the cache of the demo store, unless it is there ...')
const importCode = await runNode(tools, [
  ...cli,
  'dataset',
  'import',
  path.join(images, 'package'),
  '--name',
  'cifar10',
])
if (importCode !== 0) process.exit(importCode)

const screenshots = path.join(root, 'screenshots', 'demo')
const unattended = ['--demo-exit', '--screenshots', screenshots]
const code = await launchStudio(provided, [
  '--demo',
  '--store',
  store,
  '--user-data-dir',
  path.join(root, '.cache', 'demo', 'user-data'),
  ...(provided.hasDisplay ? [] : unattended),
])
if (code === 0 && !provided.hasDisplay) say(`Pictures of every screen: ${path.relative(root, screenshots)}`)
process.exit(code)
