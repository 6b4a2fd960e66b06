/**
 * `npm run test:e2e`: the built studio in a real Electron, on a virtual screen when there is none. `--beside-load` keeps
 * all processors busy meanwhile; `--update-golden` keeps the pictures of this run as golden ones; other arguments go to
 * Playwright.
 */
import process from 'node:process'
import { runEndToEnd } from './lib/end-to-end.mjs'

const own = ['--beside-load', '--update-golden']
const args = process.argv.slice(2)
// Read where a picture is compared: test/e2e/golden-picture.ts.
if (args.includes('--update-golden')) process.env['NERN_UPDATE_GOLDEN'] = '1'
process.exit(
  await runEndToEnd({ args: args.filter((arg) => !own.includes(arg)), isBesideLoad: args.includes('--beside-load') }),
)
