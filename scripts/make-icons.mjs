/** Renders build/icon.svg to the PNG files that electron-builder and the window use. Run it when the drawing changes. */
import path from 'node:path'
import process from 'node:process'
import { bootstrap, bootstrapElectron, root } from './lib/bootstrap.mjs'
import { withDisplay } from './lib/display.mjs'
import { sandboxArguments } from './lib/launch.mjs'
import { runForeground } from './lib/run.mjs'

const provided = await bootstrapElectron(await bootstrap())
const app = path.join(root, 'scripts', 'lib', 'render-svg')
const pictures = [
  ['build/icon.png', 1024],
  ['resources/icon.png', 256],
]
process.exitCode = await withDisplay(provided, async (env) => {
  for (const [file, pixels] of pictures) {
    const args = [...sandboxArguments(), app, 'build/icon.svg', file, String(pixels)]
    const code = await runForeground(provided.electron.executable, args, { env })
    if (code !== 0) return code
  }
  return 0
})
