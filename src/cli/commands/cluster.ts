import { defaultResources, type ClusterConfig } from '#shared/cluster/cluster-config.ts'
import type { CheckStep } from '#shared/cluster/check-step.ts'
import { formatAmount, formatExactBytes } from '#shared/basics/format.ts'
import { connectionText } from '#shared/plain-text/cluster-connection.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import type { ClusterRecord } from '#shared/protocol/commands/clusters.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { needed, onRequest, text, toldDefault } from '../option.ts'
import { clusterFrom, resourceOptions, type ResourceValues } from '../resource-options.ts'

const clusterName = { name: 'CLUSTER', about: 'Cluster, by its name.' }

const newClusterOptions = {
  ...resourceOptions,
  partition: toldDefault(resourceOptions.partition, "the cluster's own"),
  cpus: toldDefault(resourceOptions.cpus, String(defaultResources.cpus)),
  memory: toldDefault(resourceOptions.memory, `${defaultResources.memoryMib}MiB`),
  minutes: toldDefault(resourceOptions.minutes, String(defaultResources.timeLimitMinutes)),
  atOnce: toldDefault(resourceOptions.atOnce, String(defaultResources.atOnce)),
}

const add = defineCommand({
  name: 'cluster add',
  summary: 'Add a Slurm cluster, or change one.',
  details: 'docs/cluster.md says what it needs. Nothing is asked of it: check it with studio cluster check.',
  positionals: [{ name: 'NAME', about: 'What it is to be called: small letters, digits and hyphens.' }],
  options: {
    host: needed(text('ALIAS', 'Its login node: an alias of your ~/.ssh/config, or user@host.')),
    folder: needed(text('FOLDER', 'Where files of the studio may lie there: an absolute path, or one in ~/.')),
    ...newClusterOptions,
  },
  run({ positionals, options, output, withChanging }) {
    const config = configFrom(positionals[0] ?? '', options)
    return withChanging(async (studio) => {
      const record = await call(studio, 'clusters.save', config)
      output.result(
        record,
        `${config.name} is ${config.host}:${config.folder}. Prove it: studio cluster check ${config.name}`,
      )
      return 0
    })
  },
})

const list = defineCommand({
  name: 'cluster list',
  summary: 'List the clusters and what is on each.',
  positionals: [],
  options: {},
  run: ({ output, withReader }) =>
    withReader(async (studio) => {
      const clusters = await call(studio, 'clusters.list', {})
      output.result(clusters, formatClusters(clusters))
      return 0
    }),
})

const check = defineCommand({
  name: 'cluster check',
  summary: 'Prove a cluster end to end, with a job of some seconds.',
  details: 'It ends with 1 where something is wrong, and says what to do.',
  positionals: [clusterName],
  options: {},
  run: ({ positionals, output, withChanging }) =>
    withChanging(async (studio) => {
      const stop = studio.events.on('cluster-checked', ({ steps }) => {
        const last = steps.at(-1)
        if (last?.status === 'running') output.progress(`${last.title} ...`)
      })
      try {
        const found = await call(studio, 'clusters.check', { name: positionals[0] ?? '' })
        output.result(found, formatSteps(found.steps))
        return found.steps.every(({ status }) => status === 'ok') ? 0 : 1
      } finally {
        stop()
      }
    }),
})

const pull = defineCommand({
  name: 'cluster pull',
  summary: 'Submit what waits for a cluster, and fetch what is new there.',
  details: 'Windows and studio queue start do it by themselves.',
  positionals: [clusterName],
  options: {},
  run: ({ positionals, output, withChanging }) =>
    withChanging(async (studio) => {
      const record = await call(studio, 'clusters.pull', { name: positionals[0] ?? '' })
      output.result(record, formatClusters([record]))
      return record.connection.state === 'lost' ? 1 : 0
    }),
})

const remove = defineCommand({
  name: 'cluster remove',
  summary: 'Forget a cluster; what lies there stays.',
  details: 'Refused while an experiment waits, runs or is paused there.',
  positionals: [clusterName],
  options: {},
  run: ({ positionals, output, withChanging }) =>
    withChanging(async (studio) => {
      const [name = ''] = positionals
      await call(studio, 'clusters.remove', { name })
      output.result({ name }, `${name} is forgotten.`)
      return 0
    }),
})

const clean = defineCommand({
  name: 'cluster clean',
  summary: 'Remove what nobody needs any more from the folder of a cluster.',
  details: 'What experiments that wait, run or are paused need stays, and what other studios use.',
  positionals: [clusterName],
  options: { dryRun: onRequest('Only list it.') },
  run: ({ positionals, options, output, withChanging }) =>
    withChanging(async (studio) => {
      const command = options.dryRun ? 'clusters.preview-clean' : 'clusters.clean'
      const found = await call(studio, command, { name: positionals[0] ?? '' })
      const what = `${formatAmount(found.paths.length, 'path')}, ${formatExactBytes(found.sizeBytes)}`
      output.result(found, [...found.paths, options.dryRun ? `${what} can go.` : `${what} removed.`].join('\n'))
      return 0
    }),
})

export const clusterCommands: readonly Command[] = [add, check, list, pull, clean, remove]

type AddValues = ResourceValues & { readonly host: string; readonly folder: string }

/** Throws `UsageError`, by the name of the option, for what a cluster cannot be. */
export function configFrom(name: string, { host, folder, ...asked }: AddValues): ClusterConfig {
  return clusterFrom({ name, host, folder }, asked, defaultResources)
}

function formatClusters(clusters: readonly ClusterRecord[]): string {
  return formatTable(
    [
      { title: 'name' },
      { title: 'host' },
      { title: 'folder' },
      { title: 'experiments', align: 'right' },
      { title: 'state' },
    ],
    clusters.map(({ config, connection, experiments }) => [
      ...[config.name, config.host, config.folder, String(experiments)],
      connectionText(connection),
    ]),
    'There is no cluster yet. Add one: studio cluster add NAME --host ALIAS --folder FOLDER',
  )
}

function formatSteps(steps: readonly CheckStep[]): string {
  return formatFacts(
    steps.map(({ title, status, detail, remedy }) => [
      title,
      `${status === 'ok' ? 'ok' : 'FAILED'}: ${[detail, remedy ?? ''].join(' ').trim()}`,
    ]),
  )
}
