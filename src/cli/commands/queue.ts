import type { CommandName } from '#shared/protocol/contract.ts'
import type { QueueState, QueueTimes } from '#shared/protocol/commands/queue.ts'
import { resourcesOf } from '#shared/cluster/cluster-config.ts'
import { remotePhase, type RemoteRun } from '#shared/cluster/remote-run.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { ReadingStudio } from '#main/studio.ts'
import { runQueue } from '../await-experiment.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import {
  compressOptions,
  compressRequest,
  compressUsage,
  createCompression,
  placeOptions,
  submitTo,
} from '../experiment-options.ts'
import { findExperiment, findExperiments } from '../find-record.ts'
import { toldDefault, wholeNumber } from '../option.ts'
import type { Output } from '../output.ts'
import { resourceOptions, resourcesFrom } from '../resource-options.ts'
import { UsageError } from '../usage-error.ts'
import { formatAmount, formatDuration } from '#shared/basics/format.ts'
import { formatTable } from '#shared/plain-text/table.ts'

const add = defineCommand({
  name: 'queue add',
  usage: compressUsage,
  summary: 'Add a compression to the queue without starting it.',
  positionals: [],
  details: 'On a cluster it is submitted at once; this computer starts it by studio queue start.',
  options: { ...compressOptions, ...placeOptions },
  run(invocation) {
    const request = compressRequest(invocation.options)
    return invocation.withChanging(async (studio) => {
      const experiment = await createCompression(invocation, studio, request)
      await submitTo(invocation, studio, invocation.options.on)
      const place = experiment.place === undefined ? '' : ` for ${experiment.place}`
      invocation.output.result(experiment, `${experiment.name} (${experiment.id}) is queued${place}.`)
      return 0
    })
  },
})

const list = defineCommand({
  name: 'queue list',
  summary: 'List what runs, what waits in which order, and what is paused.',
  positionals: [],
  options: {},
  run: ({ output, withReader }) =>
    withReader(async (studio) => {
      await showQueue(output, studio, await call(studio, 'queue.list', {}))
      return 0
    }),
})

const start = defineCommand({
  name: 'queue start',
  summary: 'Run the waiting experiments until none is left.',
  details:
    'Ctrl-C stops with a checkpoint; start the queue again to continue from it. While a studio has the store open, this turns its queue on and does not wait.',
  positionals: [],
  options: {
    places: toldDefault(
      wholeNumber('COUNT', 0, 'Experiments that run at once on the processor; 0 leaves it to the studio.'),
      'as last chosen',
    ),
  },
  run: (invocation) =>
    invocation.withChanging(async (studio, own) => {
      const { places } = invocation.options
      if (places !== undefined) await call(studio, 'studio.update-settings', { places })
      if (own === undefined) {
        await showQueue(invocation.output, studio, await call(studio, 'queue.set-active', { isActive: true }))
        return 0
      }
      const { ended, isInterrupted } = await runQueue(invocation, own)
      if (isInterrupted) invocation.output.say('Stopped. Continue with: studio queue start')
      invocation.output.result(ended, formatExperiments(ended, 'Nothing was waiting.'))
      return !isInterrupted && ended.every(({ status }) => status === 'completed') ? 0 : 1
    }),
})

const move = defineCommand({
  name: 'queue move',
  summary: 'Move a waiting experiment to another place in the queue.',
  positionals: [
    { name: 'EXPERIMENT', about: 'Experiment to move.' },
    { name: 'POSITION', about: 'Its new position: top, bottom, or a number; 1 is the top of the queue.' },
  ],
  options: {},
  run({ positionals, output, withChanging }) {
    const [key = '', place = ''] = positionals
    const position = positionFrom(place)
    return withChanging(async (studio) => {
      const { id } = await findExperiment(studio, key)
      await showQueue(output, studio, await call(studio, 'queue.move', { id, position }))
      return 0
    })
  },
})

const resubmit = defineCommand({
  name: 'queue resubmit',
  summary: 'Submit what waits on a cluster again, with other resources.',
  details:
    'For what Slurm will never start. The job that waits is cancelled, the run keeps its checkpoints, and others of its array that will never start go along. What is not given stays as it was.',
  positionals: [{ name: 'EXPERIMENT', about: 'Experiment that waits in the queue of a cluster.' }],
  options: resourceOptions,
  run: ({ positionals, options, output, withChanging }) =>
    withChanging(async (studio) => {
      const { id, place, latestRun } = await findExperiment(studio, positionals[0] ?? '')
      const clusters = await call(studio, 'clusters.list', {})
      const settings = clusters.find(({ config }) => config.name === place)?.config
      if (settings === undefined) throw new UsageError('The experiment is not for a cluster.')
      const now = latestRun?.remote?.resources ?? resourcesOf(settings)
      const sent = await call(studio, 'clusters.submit-again', {
        experimentId: id,
        resources: resourcesFrom(options, now),
      })
      await call(studio, 'clusters.pull', { name: settings.name })
      output.result(
        sent,
        `${formatAmount(sent.experimentIds.length, 'experiment')} submitted again to ${settings.name}.`,
      )
      return 0
    }),
})

const clear = defineCommand({
  name: 'queue clear',
  summary: 'Take everything that waits out of the queue; what runs goes on.',
  details: 'What was taken out is cancelled, and nothing of it is lost: queue retry puts it back.',
  positionals: [],
  options: {},
  run: ({ output, withChanging }) =>
    withChanging(async (studio) => {
      const { ids, state } = await call(studio, 'queue.clear', {})
      const back = ids.length === 0 ? '' : ` Put back with: studio queue retry ${ids.join(' ')}`
      output.say(`${ids.length} taken out.${back}`)
      await showQueue(output, studio, state)
      return 0
    }),
})

export const queueCommands: readonly Command[] = [
  add,
  list,
  start,
  change('pause', 'queue.pause', 'Take waiting experiments out of the queue until they are resumed.'),
  change('resume', 'queue.resume', 'Put paused experiments back, at the front of the queue.'),
  change('retry', 'queue.retry', 'Put failed or cancelled experiments back into the queue.'),
  resubmit,
  move,
  clear,
  change('cancel', 'queue.cancel', 'Cancel experiments for good.'),
]

type ChangeCommand = Extract<CommandName, 'queue.pause' | 'queue.resume' | 'queue.retry' | 'queue.cancel'>

/** A command that does one thing to experiments: to all of them, or to none when one does not allow it. */
function change(word: string, command: ChangeCommand, summary: string): Command {
  return defineCommand({
    name: `queue ${word}`,
    summary,
    positionals: [{ name: 'EXPERIMENT...', about: 'One or more experiments; all are changed, or none.' }],
    options: {},
    run: ({ positionals, output, withChanging }) =>
      withChanging(async (studio) => {
        const ids = await findExperiments(studio, positionals)
        await showQueue(output, studio, await call(studio, command, { ids }))
        return 0
      }),
  })
}

type WaitingTime = Omit<QueueTimes['waiting'][number], 'id'>
type QueuedSummary = ExperimentSummary & Partial<WaitingTime> & { readonly queuePosition?: number }

/** `top`, `bottom` or a number from 1. Throws `UsageError`. */
function positionFrom(text: string): number {
  if (text === 'top') return 1
  // Beyond the end means last.
  if (text === 'bottom') return Number.MAX_SAFE_INTEGER
  const position = Number(text)
  if (Number.isSafeInteger(position) && position >= 1) return position
  throw new UsageError(`POSITION is top, bottom or a whole number from 1, got ${text}.`)
}

/** Prints what the queue holds, with what lists say of each. */
async function showQueue(
  output: Output,
  studio: ReadingStudio,
  { isActive, places, ...ids }: QueueState,
): Promise<void> {
  const { items } = await call(studio, 'experiments.list', {
    filter: { type: 'among', field: 'status', values: ['running', 'queued', 'paused'] },
  })
  const byId = new Map(items.map((item) => [item.id, item]))
  const listed = (wanted: readonly string[]) => wanted.flatMap((id) => byId.get(id) ?? [])
  const { seconds, unknown, waiting: told } = await call(studio, 'queue.times', { first: ids.waiting.length })
  const times = new Map(told.map(({ id, ...time }) => [id, time]))
  const waiting = listed(ids.waiting).map((item, index) => ({
    ...item,
    ...times.get(item.id),
    queuePosition: index + 1,
  }))
  const state = {
    isActive,
    places,
    seconds,
    unknown,
    running: listed(ids.running),
    waiting,
    paused: listed(ids.paused),
  }
  const inOrder = [...state.running, ...state.waiting, ...state.paused]
  const count = state.running.length + waiting.length
  const table = formatExperiments(inOrder, 'The queue is empty.')
  // What runs on a cluster alone has no time here.
  const isTimed = count > 0 && (seconds > 0 || unknown > 0)
  output.result(state, isTimed ? `${table}\n\n${allDone(seconds, unknown)}` : table)
}

function allDone(seconds: number, unknown: number): string {
  if (unknown === 0) return `All done in about ${formatDuration(seconds)}.`
  const more = seconds > 0 ? `All done in more than ${formatDuration(seconds)}; the` : 'The'
  return `${more} time of ${unknown} is not known yet: nothing like it has run on this machine.`
}

/** `uni, waits: Priority` or `uni, n7`. */
function onCluster(place: string, remote: RemoteRun | undefined): string {
  const where = remote === undefined ? undefined : (remotePhase(remote) ?? remote.node)
  return where === undefined ? place : `${place}, ${where}`
}

function durationText(seconds: number | undefined): string {
  return seconds === undefined ? '' : formatDuration(seconds)
}

function formatExperiments(experiments: readonly QueuedSummary[], empty: string): string {
  return formatTable(
    [
      { title: 'place', align: 'right' },
      { title: 'name' },
      { title: 'id' },
      { title: 'status' },
      { title: 'on' },
      { title: 'step', align: 'right' },
      { title: 'time left', align: 'right' },
      { title: 'starts in', align: 'right' },
    ],
    experiments.map(({ name, id, status, place, queuePosition, latestRun, seconds, startsIn }) => [
      queuePosition === undefined ? '' : String(queuePosition),
      name,
      id,
      status,
      place === undefined ? '' : onCluster(place, latestRun?.remote),
      latestRun === undefined ? '' : `${latestRun.step} / ${latestRun.totalSteps}`,
      durationText(status === 'running' ? latestRun?.remainingSeconds : seconds),
      durationText(startsIn),
    ]),
    empty,
  )
}
