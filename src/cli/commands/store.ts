import { resolve } from 'node:path'
import { formatAmount, formatCount, formatExactBytes } from '#shared/basics/format.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { settingsSchema, type Settings } from '#shared/protocol/settings.ts'
import type {
  CheckpointDisk,
  StoreCheck,
  StoreFinding,
  StoreOrphan,
  StoreUsage,
} from '#shared/protocol/commands/store-care.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { onRequest, oneOf, unlessRefused } from '../option.ts'
import { runTask } from '../task.ts'

const upgrade = defineCommand({
  name: 'store upgrade',
  summary: 'Bring the store up to date.',
  details:
    'A store written by an earlier studio is backed up, then converted. Windows and all commands that write do the same when they open a store; this command does nothing else.',
  positionals: [],
  options: {},
  // Opening a store as its owner does it.
  run: ({ output, withStudio }) =>
    withStudio('Whoever has the store open has upgraded it already.', async (studio) => {
      const { storePath } = await call(studio, 'studio.info', {})
      const { schemaVersion } = studio
      output.result(
        { store: storePath, schemaVersion },
        formatFacts([
          ['store', storePath],
          ['version', String(schemaVersion)],
        ]),
      )
      return 0
    }),
})

const usage = defineCommand({
  name: 'store usage',
  summary: 'Show what takes room in the store, and its backups.',
  positionals: [],
  options: {},
  run: ({ output, withReader }) =>
    withReader(async (studio) => {
      const found = await call(studio, 'store.usage', {})
      output.result(found, formatUsage(found))
      return 0
    }),
})

const check = defineCommand({
  name: 'store check',
  summary: 'Read everything in the store, and say what is not as it was written.',
  details:
    'It ends with 1 where something is wrong. Files are compared with their digests, results with their manifests.',
  positionals: [],
  options: { files: unlessRefused('Look at the database alone.') },
  run: (invocation) =>
    invocation.withReader(async (studio) => {
      const { files } = invocation.options
      const found = await runTask(invocation, studio, (taskId) => call(studio, 'store.check', { taskId, files }))
      invocation.output.result(found, formatCheck(found))
      return found.findings.length === 0 ? 0 : 1
    }),
})

const backup = defineCommand({
  name: 'store backup',
  summary: 'Make a backup of the database now.',
  details: 'The studio makes one every hour, before an upgrade and at the end of work; files are not part of it.',
  positionals: [],
  options: {},
  run: ({ output, withChanging }) =>
    withChanging(async (studio) => {
      const made = await call(studio, 'store.back-up', {})
      if (made === undefined) output.result({}, 'There is nothing in the store that its backups do not have.')
      else output.result(made, `${made.name}, ${formatExactBytes(made.sizeBytes)}`)
      return 0
    }),
})

const vacuum = defineCommand({
  name: 'store vacuum',
  summary: 'Give room that the database does not use any more back to the disk.',
  positionals: [],
  options: {},
  run: ({ output, withChanging }) =>
    withChanging(async (studio) => {
      const freed = await call(studio, 'store.vacuum', {})
      output.result(freed, `${formatExactBytes(freed.freedBytes)} are free again.`)
      return 0
    }),
})

const sweep = defineCommand({
  name: 'store sweep',
  summary: 'Remove files that belong to nothing in the store.',
  details:
    'Files of deleted experiments, networks and data sets, and half-written ones, when they are older than an hour. What lies in the trash belongs to it.',
  positionals: [],
  options: { dryRun: onRequest('Only list them.') },
  run: ({ options, output, withReader, withChanging }) => {
    if (options.dryRun) {
      return withReader(async (studio) => {
        const orphans = await call(studio, 'store.orphans', {})
        output.result({ orphans }, formatOrphans(orphans))
        return 0
      })
    }
    return withChanging(async (studio) => {
      const { removed } = await call(studio, 'store.sweep', {})
      const sum = removed.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
      output.result({ removed }, `${formatAmount(removed.length, 'orphan')} removed, ${formatExactBytes(sum)}.`)
      return 0
    })
  },
})

const checkpoints = defineCommand({
  name: 'store checkpoints',
  summary: 'Show checkpoints of finished runs, or choose how long they stay.',
  details:
    'Checkpoints of completed and cancelled runs serve forks alone. What is older than the chosen time goes at once, and later by itself; what a fork began with stays.',
  positionals: [],
  options: {
    keep: oneOf('PERIOD', settingsSchema.shape.checkpointsKept.options, 'How long they stay from now on.'),
    dryRun: onRequest('Only say what would go.'),
  },
  run: ({ options: { keep, dryRun }, output, withReader, withChanging }) => {
    if (keep === undefined || dryRun) {
      return withReader(async (studio) => {
        const kept = keep ?? (await call(studio, 'studio.settings', {})).checkpointsKept
        const disk = await call(studio, 'store.checkpoints', { kept })
        output.result({ kept, ...disk }, formatCheckpoints(kept, disk))
        return 0
      })
    }
    return withChanging(async (studio) => {
      const disk = await call(studio, 'store.checkpoints', { kept: keep })
      await call(studio, 'studio.update-settings', { checkpointsKept: keep })
      output.result({ kept: keep, ...disk }, `${diskText(disk.old)} go now; they are kept ${keep} from now on.`)
      return 0
    })
  },
})

const exportAll = defineCommand({
  name: 'store export',
  summary: 'Copy the whole store into another folder.',
  positionals: [{ name: 'DIR', about: 'An empty or a new folder, which becomes a store of its own.' }],
  options: {},
  run: (invocation) =>
    invocation.withReader(async (studio) => {
      const folder = resolve(invocation.positionals[0] ?? '')
      const copied = await runTask(invocation, studio, (taskId) => call(studio, 'store.export', { taskId, folder }))
      invocation.output.result(copied, `${formatAmount(copied.files, 'file')}, ${formatExactBytes(copied.sizeBytes)}`)
      return 0
    }),
})

const importAll = defineCommand({
  name: 'store import',
  summary: 'Bring in networks, data sets and experiments of another store.',
  details:
    'What is here already, by content or id, stays as it is. What waits or runs there comes in paused. The other store is only read.',
  positionals: [{ name: 'DIR', about: 'Folder of the other store.' }],
  options: {},
  run: (invocation) =>
    invocation.withChanging(async (studio) => {
      const folder = resolve(invocation.positionals[0] ?? '')
      const came = await runTask(invocation, studio, (taskId) => call(studio, 'store.import', { taskId, folder }))
      const facts = formatFacts([
        ['networks', formatCount(came.networks)],
        ['data sets', formatCount(came.datasets)],
        ['experiments', formatCount(came.experiments)],
        ['runs', formatCount(came.runs)],
      ])
      invocation.output.result(came, [facts, ...came.findings.map(formatFinding)].join('\n'))
      return came.findings.length === 0 ? 0 : 1
    }),
})

export const storeCommands: readonly Command[] = [
  upgrade,
  usage,
  check,
  backup,
  vacuum,
  sweep,
  checkpoints,
  exportAll,
  importAll,
]

function formatCheckpoints(kept: Settings['checkpointsKept'], { all, old }: CheckpointDisk): string {
  return formatFacts([
    ['kept', kept],
    ['checkpoints', diskText(all)],
    ['too old', diskText(old)],
  ])
}

function diskText({ files, sizeBytes }: CheckpointDisk['all']): string {
  return `${formatAmount(files, 'checkpoint')}, ${formatExactBytes(sizeBytes)}`
}

function formatUsage({ folder, kinds, sizeBytes, backups, experiments }: StoreUsage): string {
  const columns = [{ title: 'kind' }, { title: 'files', align: 'right' }, { title: 'size', align: 'right' }] as const
  const rows = kinds.map((sum) => [sum.kind, formatCount(sum.files), formatExactBytes(sum.sizeBytes)])
  return [
    `${folder}, ${formatExactBytes(sizeBytes)}`,
    '',
    formatTable(columns, rows),
    '',
    formatTable(
      [{ title: 'backup' }, { title: 'size', align: 'right' }],
      backups.map((made) => [made.name, formatExactBytes(made.sizeBytes)]),
      'There is no backup yet.',
    ),
    ...(experiments.length === 0
      ? []
      : [
          '',
          formatTable(
            [{ title: 'experiment' }, { title: 'size', align: 'right' }],
            experiments.map(({ name, sizeBytes: bytes }) => [name, formatExactBytes(bytes)]),
          ),
        ]),
  ].join('\n')
}

function formatCheck({ findings, files, sizeBytes }: StoreCheck): string {
  const read =
    files === 0
      ? 'Read: the database.'
      : `Read: the database and ${formatAmount(files, 'file')}, ${formatExactBytes(sizeBytes)}.`
  if (findings.length === 0) return `${read} Everything is as it was written.`
  return [read, ...findings.map(formatFinding)].join('\n')
}

function formatFinding({ where, problem, remedy }: StoreFinding): string {
  return `${where}: ${problem} ${remedy}`
}

function formatOrphans(orphans: readonly StoreOrphan[]): string {
  return formatTable(
    [{ title: 'file' }, { title: 'size', align: 'right' }, { title: 'why' }],
    orphans.map(({ path, sizeBytes, reason }) => [path, formatExactBytes(sizeBytes), reason]),
    'Every file belongs to something.',
  )
}
