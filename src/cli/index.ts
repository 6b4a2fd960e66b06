import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { clusterOpener } from '#main/context/cluster-opener.ts'
import { toAppError } from '#shared/basics/result.ts'
import { main } from './main.ts'
import { Output } from './output.ts'

const packageFile = fileURLToPath(new URL('../../package.json', import.meta.url))
// Our own file, shipped with this one.
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly version: string }

// A terminal that was closed takes no more output; the command still pauses what runs and puts everything away.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

// The last line of defence: whatever nobody caught is told like any other error. Trainers end with this process.
process.on('uncaughtException', (thrown) => {
  new Output(process.argv.includes('--json'), process.stdout, process.stderr, Date.now).error(toAppError(thrown))
  process.exit(1)
})

process.exitCode = await main(
  process.argv.slice(2),
  {
    version,
    // The build puts the trainer beside this file.
    trainerPath: process.env['NERN_TRAINER'] ?? fileURLToPath(new URL('trainer.js', import.meta.url)),
    resourcesFolder: fileURLToPath(new URL('../../resources', import.meta.url)),
    openCluster: clusterOpener(import.meta.dirname, fileURLToPath(new URL('../../node_modules', import.meta.url))),
  },
  process,
)
