/**
 * `npm run package`: the app as this system runs it, unpacked in dist/. Arguments go to electron-builder instead of
 * `--dir`: `npm run package -- --linux deb`.
 */
import process from 'node:process'
import { bootstrap, bootstrapElectron, runNode } from './lib/bootstrap.mjs'

const tools = await bootstrap()
const { buildStudio } = await import('./lib/build.mjs')
const { stagePackage } = await import('./lib/stage-package.mjs')
const { electron, env } = await bootstrapElectron(tools)
await buildStudio()
stagePackage({ sqliteFolder: electron.isFallback ? env['NERN_BETTER_SQLITE3'] : undefined })

const targets = process.argv.slice(2)
const builder = ['node_modules/electron-builder/cli.js', ...(targets.length === 0 ? ['--dir'] : targets)]
builder.push('--config=electron-builder.yml', '--publish=never')
// Otherwise electron-builder downloads one.
builder.push(`-c.electronDist=${electron.dist}`, `-c.electronVersion=${electron.version}`)
process.exit(await runNode(tools, builder))
