/**
 * `npm run bench -- NAME [arguments]` runs test/bench/NAME.bench.ts; without a name it says which there are. Measure on a
 * machine that does nothing else.
 */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { bootstrap, bootstrapElectron, root, runNode, stop } from './lib/bootstrap.mjs'
import { installPythonModules } from './lib/system-packages.mjs'

/** They compare with Python. */
const pythonBenches = ['authors', 'codec', 'steps']
/** They start the built studio in Electron. */
const windowBenches = ['charts', 'compare', 'window']

const tools = await bootstrap()
const { buildCli } = await import('./lib/build.mjs')
const folder = path.join(root, 'test', 'bench')
const names = (fs.existsSync(folder) ? fs.readdirSync(folder) : [])
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => path.basename(file, '.bench.ts'))
const [name, ...args] = process.argv.slice(2)
if (!names.includes(name)) {
  stop(
    `${name === undefined ? 'no bench was named' : `there is no bench ${name}`}.`,
    `npm run bench -- ${names.join('|')}`,
  )
}
if (pythonBenches.includes(name)) installPythonModules()
// Some benches start the command line's trainer.
await buildCli()
const bench = ['scripts/run-ts.mjs', path.join(folder, `${name}.bench.ts`), ...args]
process.exit(windowBenches.includes(name) ? await runInWindow() : await runNode(tools, bench))

async function runInWindow() {
  const { buildStudio } = await import('./lib/build.mjs')
  const { withDisplay } = await import('./lib/display.mjs')
  const provided = await bootstrapElectron(tools)
  await buildStudio()
  // A bench is bundled elsewhere, and finds the studio by this.
  return withDisplay(provided, (env) => runNode({ node: tools.node, env: { ...env, NERN_APP: root } }, bench))
}
