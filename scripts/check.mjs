/** `npm run check`: format, types and lint. Every step runs, so that one report shows everything. */
import process from 'node:process'
import { bootstrap, runNode, say } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const steps = [
  ['format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']],
  ['types: pure folders', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.pure.json']],
  ['types: node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.node.json']],
  ['lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.']],
]
const failed = []
for (const [name, args] of steps) {
  say(`check: ${name}`)
  if ((await runNode(tools, args)) !== 0) failed.push(name)
}
if (failed.length > 0) say(`check failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
