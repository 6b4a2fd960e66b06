import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from './main.ts'

const packageFile = fileURLToPath(new URL('../../package.json', import.meta.url))
// Our own file, shipped with this one.
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly version: string }

process.exitCode = await main(
  process.argv.slice(2),
  {
    version,
    // The build puts the trainer beside this file.
    trainerPath: process.env['NERN_TRAINER'] ?? fileURLToPath(new URL('trainer.js', import.meta.url)),
    resourcesFolder: fileURLToPath(new URL('../../resources', import.meta.url)),
  },
  process,
)
