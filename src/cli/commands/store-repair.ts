import { AppException } from '#shared/basics/result.ts'
import { formatCount } from '#shared/basics/format.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import {
  repairWays,
  type RepairOffer,
  type RepairOutcome,
  type RepairPreview,
} from '#shared/protocol/commands/store-repair.ts'
import { defineCommand, type Command } from '../command.ts'
import { onRequest, oneOf, text } from '../option.ts'

/** These own a store without opening it: it may be too damaged to be opened. */
const repair = defineCommand({
  name: 'store repair',
  summary: 'Repair a damaged store; see before what is kept.',
  details:
    'Every way is tried beside the store: `salvage` reads what can be read of the damaged database, `restore` begins with the newest good backup, `rebuild` takes nothing but the manifests beside the files. The first two adopt from manifests what they lack. By default the way that keeps most is taken, and nothing is done where nothing is damaged. The database that was there is set aside in damaged/; nothing is deleted.',
  positionals: [],
  options: {
    way: oneOf('WAY', repairWays, 'Take this way, also where no damage is found.'),
    dryRun: onRequest('Only show what each way keeps.'),
  },
  run: ({ options, output, withRepair }) =>
    withRepair(async (store) => {
      let { way } = options
      if (options.dryRun || way === undefined) {
        const preview = store.preview()
        if (options.dryRun || preview.damage === undefined) {
          output.result(preview, formatPreview(preview))
          return 0
        }
        output.say(formatPreview(preview))
        way = bestOf(preview)
      }
      const outcome = store.apply(way)
      output.result(outcome, formatOutcome(outcome))
      return 0
    }),
})

const restore = defineCommand({
  name: 'store restore',
  summary: 'Go back to a backup of the store.',
  details:
    'Experiments that were completed after the backup come back from the manifests beside their files. The present database is set aside in damaged/, and not deleted.',
  positionals: [],
  options: { backup: text('NAME', 'Name of a file in backups/; by default the newest good one.') },
  run: ({ options, output, withRepair }) =>
    withRepair(async (store) => {
      const outcome = store.apply('restore', options.backup)
      output.result(outcome, formatOutcome(outcome))
      return 0
    }),
})

export const storeRepairCommands: readonly Command[] = [repair, restore]

function bestOf({ best, offers, folder }: RepairPreview) {
  if (best !== undefined) return best
  const reasons = offers.map((offer) => `${offer.way}: ${offer.isPossible ? 'it keeps nothing' : offer.reason}`)
  throw new AppException({
    code: 'store-corrupt',
    message: `Nothing of the store can be kept. ${reasons.join(' ')}`,
    where: folder,
    remedy: 'Copy a backup of the folder back, or move studio.sqlite and store.json away to start an empty store.',
  })
}

function formatPreview({ damage, offers, best }: RepairPreview): string {
  const found = damage === undefined ? 'No damage was found in the database.' : `The database is damaged: ${damage}.`
  const columns = ['way', 'networks', 'data sets', 'experiments', 'completed', 'runs', 'points', 'evaluations']
  const table = formatTable(
    columns.map((title, at) => (at === 0 ? { title } : { title, align: 'right' })),
    offers.map((offer) => [offer.way === best ? `${offer.way} (most)` : offer.way, ...cellsOf(offer)]),
  )
  const notes = offers.flatMap((offer) =>
    offer.isPossible ? offer.notes.map((note) => `${offer.way}: ${note}`) : [`${offer.way}: ${offer.reason}`],
  )
  return [found, '', table, '', ...notes].join('\n')
}

function cellsOf(offer: RepairOffer): readonly string[] {
  if (!offer.isPossible) return Array.from({ length: 7 }, () => '-')
  const { networks, datasets, experiments, completed, runs, points, evaluations } = offer.keeps
  return [networks, datasets, experiments, completed, runs, points, evaluations].map(formatCount)
}

function formatOutcome({ way, keeps, notes, setAside }: RepairOutcome): string {
  return [
    ...notes,
    formatFacts([
      ['way', way],
      ['experiments', `${formatCount(keeps.experiments)}, ${formatCount(keeps.completed)} of them completed`],
      ['networks', formatCount(keeps.networks)],
      ['data sets', formatCount(keeps.datasets)],
      ['set aside', setAside],
    ]),
  ].join('\n')
}
