/** Builds what is not built yet or older than its sources. */
import fs from 'node:fs'
import path from 'node:path'
import { root, say } from './environment.mjs'
import { isStale } from './stale.mjs'

/** Whatever of the tools changes their output. */
const toolSources = ['package.json', 'package-lock.json', 'scripts/lib/node-bundle.mjs']

/** The command line in out/cli: `index.js`, and beside it the `trainer.js` that it starts. */
export async function buildCli() {
  await buildRunner(path.join('out', 'runner'))
  const sources = ['cli', 'main', 'trainer', 'formats', 'engine', 'networks', 'shared'].map((name) => `src/${name}`)
  if (!isStale('out/cli/.built', [...sources, ...toolSources])) return
  say('Building the command line ...')
  const startedAt = new Date()
  const { buildNodeBundle } = await import('./node-bundle.mjs')
  await buildNodeBundle({
    root,
    entries: { index: path.join(root, 'src/cli/index.ts'), trainer: path.join(root, 'src/trainer/index.ts') },
    outDir: path.join(root, 'out', 'cli'),
  })
  markBuilt('out/cli/.built', startedAt)
}

/**
 * What runs on a cluster, in a folder of its own beside the program that sends it: the runner and the trainer that it starts.
 * @param {string} outDir such as `out/runner`
 */
async function buildRunner(outDir) {
  const marker = path.join(outDir, '.built')
  const sources = ['runner', 'main', 'trainer', 'formats', 'engine', 'networks', 'shared'].map((name) => `src/${name}`)
  if (!isStale(marker, [...sources, ...toolSources])) return
  const startedAt = new Date()
  const { buildNodeBundle } = await import('./node-bundle.mjs')
  await buildNodeBundle({
    root,
    entries: { runner: path.join(root, 'src/runner/index.ts'), trainer: path.join(root, 'src/trainer/index.ts') },
    outDir: path.join(root, outDir),
  })
  markBuilt(marker, startedAt)
}

/**
 * The programs that tests start as processes of their own, in .cache/test-programs: the command line (`studio.js`), the
 * trainer, the trainer that follows a script, and the one that floods. Node starts a bundle in a fifth of the time that its sources take.
 */
export async function buildTestPrograms() {
  await buildRunner(path.join('.cache', 'runner'))
  const marker = '.cache/test-programs/.built'
  if (!isStale(marker, ['src', 'test/support', ...toolSources])) return
  const startedAt = new Date()
  const { buildNodeBundle } = await import('./node-bundle.mjs')
  await buildNodeBundle({
    root,
    entries: {
      studio: path.join(root, 'src/cli/index.ts'),
      trainer: path.join(root, 'src/trainer/index.ts'),
      'scripted-trainer': path.join(root, 'test/support/scripted-trainer.ts'),
      'flooding-trainer': path.join(root, 'test/support/flooding-trainer.ts'),
    },
    outDir: path.join(root, '.cache', 'test-programs'),
  })
  markBuilt(marker, startedAt)
}

/** The studio in out/main, out/preload and out/renderer. */
export async function buildStudio() {
  await buildRunner(path.join('out', 'runner'))
  if (!isStale('out/.studio-built', ['src', 'electron.vite.config.ts', ...toolSources])) return
  say('Building the studio ...')
  const startedAt = new Date()
  const { build } = await import('electron-vite')
  await build({ root, logLevel: 'warn' })
  markBuilt('out/.studio-built', startedAt)
}

/** Dated from the start, so that a source saved during the build counts as newer. */
function markBuilt(file, startedAt) {
  const marker = path.join(root, file)
  fs.writeFileSync(marker, '')
  fs.utimesSync(marker, startedAt, startedAt)
}
