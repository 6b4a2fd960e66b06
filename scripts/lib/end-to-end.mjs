/** Playwright's tests on the built studio, in the Electron there is and on a virtual screen when there is no other. */
import { bootstrap, bootstrapElectron, runNode, say } from './bootstrap.mjs'
import { besideLoad } from './beside-load.mjs'

/**
 * Builds what has changed and runs the tests; resolves to Playwright's exit code.
 * @param {{ args: readonly string[], isBesideLoad: boolean }} options `args` go to Playwright; `isBesideLoad`: all
 *   processors are kept busy meanwhile
 */
export async function runEndToEnd({ args, isBesideLoad }) {
  const tools = await bootstrap()
  const { buildCli, buildStudio } = await import('./build.mjs')
  const { withDisplay } = await import('./display.mjs')
  const provided = await bootstrapElectron(tools)
  await buildCli()
  await buildStudio()
  say(`End-to-end tests in Electron ${provided.electron.version}`)
  const playwright = ['node_modules/@playwright/test/cli.js', 'test', ...args]
  const run = () => withDisplay(provided, (env) => runNode({ node: tools.node, env }, playwright))
  return isBesideLoad ? besideLoad(run) : run()
}
