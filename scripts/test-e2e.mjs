/**
 * `npm run test:e2e`: the built studio in a real Electron, on a virtual screen when there is none. `--beside-load` keeps
 * all processors busy meanwhile; other arguments go to Playwright.
 */
import process from 'node:process'
import { runEndToEnd } from './lib/end-to-end.mjs'

const args = process.argv.slice(2)
const isBesideLoad = args.includes('--beside-load')
process.exit(await runEndToEnd({ args: args.filter((arg) => arg !== '--beside-load'), isBesideLoad }))
