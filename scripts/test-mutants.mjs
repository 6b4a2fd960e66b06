/** `npm run test:mutants`: takes guards of the product away, one by one; a test must notice each (docs/reliability.md). */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, root, runNode } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const main = path.join(root, 'test', 'mutants', 'main.ts')
process.exit(await runNode(tools, ['scripts/run-ts.mjs', main, ...process.argv.slice(2)]))
