/** `npm run studio -- ...`: the command line. Nothing but its own output goes to stdout. */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, root, runNode } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { buildCli } = await import('./lib/build.mjs')
await buildCli()
// Paths on the command line are relative to where the user typed it; npm keeps that folder in INIT_CWD.
const cwd = process.env['INIT_CWD'] ?? process.cwd()
const entry = path.join(root, 'out', 'cli', 'index.js')
process.exit(await runNode(tools, ['--enable-source-maps', entry, ...process.argv.slice(2)], { cwd }))
