/** `npm test`: everything that must hold, from formatting to whole runs. Stops at nothing; says at the end what failed. */
import process from 'node:process'
import { bootstrap, runNode, say } from './lib/bootstrap.mjs'
import { cifar10Folder } from './lib/cifar10.mjs'

const tools = await bootstrap()
tools.env['NERN_CIFAR10'] = await cifar10Folder()
const suites = [
  ['check', ['scripts/check.mjs']],
  ['unit, numeric and integration tests', ['node_modules/vitest/vitest.mjs', 'run']],
]
const failed = []
for (const [name, args] of suites) {
  say(`\n== ${name}`)
  if ((await runNode(tools, args)) !== 0) failed.push(name)
}
for (const name of failed) say(`FAILED: ${name}`)
process.stdout.write(`suites: ${suites.length - failed.length} passed, ${failed.length} failed\n`)
process.exit(failed.length === 0 ? 0 : 1)
