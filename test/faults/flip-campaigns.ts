import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Random } from '#shared/basics/random.ts'
import type { Campaign } from './campaign.ts'
import { checkpointsIn, fillWithExperiments } from './filled-store.ts'
import { flipBitOfFile, zeroPageOfFile } from './flip.ts'
import { blameIn, commandProblem, inCopy, startStudio } from './scenario.ts'
import { contentsOf, differenceOf } from './store-contents.ts'

/** Files of a store whose content has a digest somewhere. */
const kinds = ['network', 'data set', 'package', 'reconstruction', 'checkpoint', 'manifest'] as const

/** A bit of a file flips: `store check` names the file, and nothing uses it. */
const files: Campaign = {
  name: 'flipped-files',
  async begin(folder) {
    const template = await fillWithExperiments(folder)
    return (random) =>
      inCopy(template, async ({ folder: own, store }) => {
        const kind = kinds[random.integer(kinds.length)] ?? 'network'
        const path = fileOf(store, kind, random)
        const what = `${kind}: ${flipBitOfFile(path, random)}`
        const { code, output } = await startStudio(store, ['store', 'check']).ended
        const shown = kind === 'data set' ? basename(join(path, '..')) : basename(path)
        if (code !== 1 || !output.includes(shown)) return { what, wrong: `not found by a check: ${output.slice(-300)}` }
        return { what, wrong: await useOf(kind, store, own) }
      })
  },
}

/** A bit or a page of the database: no number of a finished experiment is another one without a word, and all come back. */
const database: Campaign = {
  name: 'flipped-database',
  async begin(folder) {
    const template = await fillWithExperiments(folder)
    const whole = finishedContents(template)
    return (random) =>
      inCopy(template, async ({ store }) => {
        const path = join(store, 'studio.sqlite')
        const pages = readFileSync(path).byteLength / 4096
        const what = random.uniform() < 0.5 ? flipBitOfFile(path, random) : zeroPageOfFile(path, random.integer(pages))
        const checked = await startStudio(store, ['store', 'check']).ended
        const blamed = blameIn(checked.output)
        if (blamed !== undefined) return { what, wrong: blamed }
        if (checked.code === 0) {
          const difference = differenceOf(whole, finishedContents(store))
          return { what: `${what}, unnoticed`, wrong: difference }
        }
        const repaired = await startStudio(store, ['store', 'repair', '--way', 'salvage']).ended
        const problem = repaired.code === 0 ? undefined : await otherWay(store)
        if (problem !== undefined) return { what, wrong: problem }
        const opened = commandProblem(await startStudio(store, ['store', 'upgrade']).ended)
        return { what, wrong: opened ?? differenceOf(whole, finishedContents(store)) }
      })
  },
}

export const flipCampaigns: readonly Campaign[] = [files, database]

async function otherWay(store: string): Promise<string | undefined> {
  return commandProblem(await startStudio(store, ['store', 'repair']).ended)
}

function fileOf(store: string, kind: (typeof kinds)[number], random: Random): string {
  const oneOf = (paths: readonly string[]): string => {
    const path = paths[random.integer(paths.length)]
    if (path === undefined) throw new Error(`The store has no ${kind}.`)
    return path
  }
  const inRuns = (name: RegExp) => pathsIn(join(store, 'runs')).filter((path) => name.test(basename(path)))
  switch (kind) {
    case 'network':
      return oneOf(pathsIn(join(store, 'networks')).filter((path) => path.endsWith('.safetensors')))
    case 'data set':
      return oneOf(pathsIn(join(store, 'datasets')).filter((path) => /^(images\.u8|labels\.u16)$/.test(basename(path))))
    case 'package':
      return oneOf(inRuns(/^package\./))
    case 'reconstruction':
      return oneOf(inRuns(/^reconstructed/))
    case 'checkpoint':
      return oneOf(checkpointsIn(store))
    case 'manifest':
      return oneOf(inRuns(/^manifest\.json$/))
  }
}

function pathsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
}

/** What comes of using a damaged file; undefined where it is refused, or not needed. */
async function useOf(kind: (typeof kinds)[number], store: string, folder: string): Promise<string | undefined> {
  const refused = async (args: readonly string[], who: string) => {
    const { code, output } = await startStudio(store, args).ended
    if (blameIn(output) !== undefined) return blameIn(output)
    return code === 0 ? `${who} used it` : undefined
  }
  switch (kind) {
    case 'network':
    case 'data set':
      return refused(['run', '--network', 'small', '--dataset', 'images', '--name', 'again'], 'a run')
    case 'package': {
      const exports = await Promise.all(
        ['mine', 'late'].map((name) => refused(['export', name, '--out', join(folder, name)], 'an export')),
      )
      // The package of one of the two is whole.
      return exports.every((problem) => problem === 'an export used it') ? 'an export used it' : undefined
    }
    case 'reconstruction':
    case 'checkpoint':
    case 'manifest':
      return undefined
  }
}

/** Tables of which everything is compared: names, tags and notes, which may change at any time, have no second copy. */
const compared = /^(run_results|points|evaluations|log_lines|previews|run_phases|wall_offsets|experiment_configs) /

/** What finished runs say; of one that is paused there is no second copy, either. */
function finishedContents(store: string): readonly string[] {
  const lines = contentsOf(store)
  const paused = lines
    .filter((line) => /^runs .* status=paused/.test(line))
    .flatMap((line) => [...line.matchAll(/(?:exp|run)-\w+/g)].map(([id]) => id))
  return lines.filter((line) => compared.test(line) && !paused.some((id) => line.includes(id)))
}
