/**
 * `npm run bench -- import [--architecture ID]`: imports a safetensors file of a network with random weights through the
 * whole studio, by default a VGG-16-BN of 528 MiB, and says what it costs the trainer and the studio's own process.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatFacts } from '#shared/plain-text/table.ts'
import { watchedImport, writeLargeNetwork } from '#test/support/watched-import.ts'

const { values } = parseArgs({ options: { architecture: { type: 'string', default: 'vgg16-bn-imagenet' } } })
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`
// `npm run bench` has built it, and runs here.
const trainerPath = join(process.cwd(), 'out', 'cli', 'trainer.js')
const folder = mkdtempSync(join(tmpdir(), 'nern-import-'))
try {
  const file = join(folder, 'large.safetensors')
  const sizeBytes = writeLargeNetwork(file, values.architecture)
  const imported = await watchedImport(join(folder, 'store'), trainerPath, file)
  process.stdout.write(
    `${formatFacts([
      ['file', `${mebibytes(sizeBytes)}, ${imported.network.title}`],
      ['trainer, most memory', mebibytes(imported.trainerPeakBytes)],
      ['studio, growth', mebibytes(imported.ownerGrowthBytes)],
      ['studio, longest block', `${imported.longestBlockMs.toFixed(0)} ms`],
      ['time', `${imported.seconds.toFixed(1)} s`],
    ])}\n`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
