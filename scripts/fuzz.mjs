/** `npm run fuzz -- --files 20000` feeds mutated files to every reader of the studio; docs/fuzzing.md says what comes out. */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, root, runNode } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const main = path.join(root, 'test', 'fuzz', 'main.ts')
process.exit(await runNode(tools, ['scripts/run-ts.mjs', main, ...process.argv.slice(2)]))
