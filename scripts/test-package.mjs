/** `npm run test:package`: packages the app and proves that it is closed, complete, starts, computes and repairs. */
import process from 'node:process'
import { bootstrap, bootstrapElectron, runNode, say } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { checkFiles, checkFuses, checkStart, packagedApp } = await import('./lib/packaged-app.mjs')
const { withDisplay } = await import('./lib/display.mjs')
const provided = await bootstrapElectron(tools)
const code = await runNode({ node: tools.node, env: provided.env }, ['scripts/package.mjs'])
if (code !== 0) process.exit(code)

const app = packagedApp()
// The checkout's own help for the fallback Electron must not be what makes the package work.
const env = { ...provided.env }
delete env['NERN_BETTER_SQLITE3']
const checks = [
  ['its fuses are flipped', () => checkFuses(app)],
  ['native code lies outside its archive, for this platform alone', () => checkFiles(app)],
  [
    'it starts, computes, and looks through its store',
    () => withDisplay({ ...provided, env }, (environment) => checkStart(app, environment)),
  ],
]
let failed = 0
for (const [name, check] of checks) {
  try {
    await check()
    say(`ok      packaged app: ${name}`)
  } catch (cause) {
    failed++
    say(`FAILED  packaged app: ${name}: ${cause.message}`)
  }
}
process.stdout.write(`packaged app: ${checks.length - failed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)
