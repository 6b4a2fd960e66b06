/**
 * npm run bench -- experiments [--count 10000] [--rounds 20]
 *
 * Milliseconds of the main process's processor time for what windows and queue ask of a store with many experiments, half
 * of them queued, beside a store with ten. Answers and announcements are serialised as Electron does it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { serialize } from 'node:v8'
import type { CommandInput } from '#shared/protocol/contract.ts'
import type { ExperimentFilter } from '#shared/experiment/filter/experiment-filter.ts'
import { parseFilter } from '#shared/experiment/filter/filter-text.ts'
import type { Studio } from '#main/studio.ts'
import { filledStudio, type FilledStudio } from './experiments/filled-studio.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'
import { median } from './steps/rounds.ts'

const { values: options } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '20' } },
})
const rounds = Number(options.rounds)

interface Task {
  readonly title: string
  /** What it may take with many, in milliseconds. */
  readonly target?: number
  readonly run: (filled: FilledStudio) => unknown
}

const page = { limit: 200 }
const orders = [
  ...['name', 'status', 'kind', 'method', 'network', 'dataset', 'created', 'updated', 'size', 'ratio', 'accuracy'],
  ...['drop', 'seconds', 'seed', 'config.predictor.hiddenSize', 'last(loss.total)'],
]
const filters = [
  'h120 sweep',
  'size < 100 KiB and drop <= 0.5 and network = resnet20 and tags has sweep',
  'config.predictor.hiddenSize >= 120 or method = quantisation',
  'min(loss.total) < 0.1',
]
const tasks: readonly Task[] = [
  { title: 'a page of 200, newest first', target: 10, run: ({ studio }) => list(studio, page) },
  {
    title: 'the 20th page of 200',
    target: 10,
    run: ({ studio }) => list(studio, { ...page, offset: 3800 }),
  },
  ...orders.map((field): Task => ({
    title: `ids of all by ${field}`,
    target: 100,
    run: ({ studio }) => answer(studio.invoke('experiments.find', { order: [{ field, isDescending: true }] })),
  })),
  {
    title: 'ids of all by network, method and seed',
    target: 100,
    run: ({ studio }) =>
      answer(
        studio.invoke('experiments.find', {
          order: ['network', 'method', 'seed'].map((field) => ({ field, isDescending: false })),
        }),
      ),
  },
  ...filters.map((text): Task => ({
    title: `ids of ${text}`,
    target: 100,
    run: ({ studio }) => answer(studio.invoke('experiments.find', { filter: filterOf(text) })),
  })),
  {
    title: 'a page of 200 that match two words',
    target: 10,
    run: ({ studio }) => list(studio, { ...page, filter: filterOf('h120 sweep') }),
  },
  { title: 'all summaries', target: 60, run: ({ studio }) => studio.invoke('experiments.list', {}) },
  { title: 'all summaries, serialised for a window', run: ({ studio }) => list(studio, {}) },
  {
    title: 'announcing an experiment',
    target: 5,
    run: ({ studio, runningId }) => heard(studio, () => void studio.invoke('experiments.update', { id: runningId })),
  },
  { title: 'announcing the queue', target: 5, run: ({ studio }) => heard(studio, () => studio.queue.announce([])) },
  { title: 'moving the last of the queue to its front', run: ({ studio }) => moveLast(studio, 1) },
  { title: 'moving the last of the queue behind its first', run: ({ studio }) => moveLast(studio, 2) },
  { title: 'dispatching beside a busy device', run: ({ studio }) => studio.queue.dispatch() },
]

console.log(`${processorAndSystem()}; load at the start: ${loads()}.\n`)
const many = await measure(Number(options.count))
const few = await measure(10)
const rows = tasks.map(({ title, target }, at) => [
  title,
  spread(few[at] ?? []),
  spread(many[at] ?? []),
  target === undefined ? '' : `${target} ms`,
])
console.log(markdownTable(['', 'ten experiments, ms', `${options.count} experiments, ms`, 'at most'], rows))

/** Of every task, a round each. */
async function measure(count: number): Promise<readonly (readonly number[])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nern-bench-'))
  const filled = await filledStudio(folder, count)
  try {
    const measured: (readonly number[])[] = []
    for (const { run } of tasks) {
      const taken: number[] = []
      await run(filled)
      for (let round = 0; round < rounds; round++) {
        const before = process.cpuUsage()
        await run(filled)
        const { user, system } = process.cpuUsage(before)
        taken.push((user + system) / 1000)
      }
      measured.push(taken)
    }
    return measured
  } finally {
    await filled.studio.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function filterOf(text: string): ExperimentFilter {
  const parsed = parseFilter(text)
  if (parsed.ok && parsed.filter !== undefined) return parsed.filter
  throw new Error(`${text} is no filter.`)
}

async function list(studio: Studio, query: CommandInput<'experiments.list'>): Promise<void> {
  await answer(studio.invoke('experiments.list', query))
}

function moveLast({ queue }: Studio, position: number): void {
  const id = queue.state().waiting.at(-1)
  if (id !== undefined) queue.move(id, position)
}

async function answer(asked: Promise<unknown>): Promise<void> {
  serialize(await asked)
}

/** What `announce` emits, serialised. */
function heard(studio: Studio, announce: () => void): void {
  const stops = (['experiment-changed', 'queue-changed'] as const).map((event) =>
    studio.events.on(event, (payload) => serialize({ event, payload })),
  )
  announce()
  stops.forEach((stop) => stop())
}

function spread(taken: readonly number[]): string {
  return `${digits(median(taken))} (${digits(Math.min(...taken))} to ${digits(Math.max(...taken))})`
}
