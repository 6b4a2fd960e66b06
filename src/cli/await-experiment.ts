import type { Studio } from '#main/studio.ts'
import type { ExperimentSummary, RunSummary } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { AppException, type AppError } from '#shared/basics/result.ts'
import { heldQueueText } from '#shared/plain-text/held-queue.ts'
import { call } from './call.ts'
import type { Invocation } from './command.ts'
import { formatResult } from '#shared/plain-text/result-table.ts'
import { formatDuration, formatRate } from '#shared/basics/format.ts'

/**
 * Runs one queued experiment to its end while showing progress. Ctrl-C pauses it with a checkpoint.
 * Gives the experiment in its last state; an unfinished one is an error that says how to continue.
 */
export async function runToEnd(
  { output, options, onInterrupt }: Invocation,
  studio: Studio,
  id: string,
): Promise<ExperimentRecord> {
  const { store } = options
  const where = store === undefined ? '' : ` --store ${store}`
  const stopShowing = showProgress(studio, progressOn(output))
  const ended = endOf(studio, id)
  let abandon: (error: AppError) => void = () => {}
  const abandoned = new Promise<never>((_, reject) => {
    abandon = (error) => reject(new AppException(error))
  })
  const giveBack = onInterrupt(
    () =>
      void studio.invoke('queue.pause', { ids: [id] }).then((answer) => {
        // Nothing can be written: closing leaves it waiting in the queue.
        if (!answer.ok) abandon(answer.error)
      }),
  )
  studio.queue.startDispatching([id])
  try {
    await Promise.race([ended, abandoned])
    const { record } = await call(studio, 'experiments.get', { id })
    throwUnlessCompleted(record, where)
    return record
  } finally {
    giveBack()
    stopShowing()
  }
}

/**
 * Why a command that waits for its run must own the store.
 * @param instead how the studio that owns it runs the same
 */
export function runsByItself(instead: string): string {
  return `This command runs its experiment itself. Close the other one, or add the experiment to its queue: ${instead}.`
}

/** Prints what an experiment achieved. */
export function showResult({ output }: Invocation, experiment: ExperimentRecord): void {
  output.result(experiment, formatResult(experiment))
}

/** One line on stderr for whatever runs, and one for what holds it up; returns the function that ends it. */
function showProgress(studio: Studio, { show, say }: Record<'show' | 'say', (text: string) => void>): () => void {
  let heldAs = ''
  const names = new Map<string, string>()
  const stops = [
    studio.events.on('experiment-changed', ({ id, name, status, latestRun }) => {
      names.set(id, name)
      if (status === 'running' && latestRun !== undefined) show(progressLine(name, latestRun))
    }),
    studio.events.on('run-metrics', ({ run, points }) => {
      const loss = points.findLast(({ name }) => name === 'loss.total' || name === 'loss.train')
      const suffix = loss === undefined ? '' : `, loss ${loss.value.toPrecision(4)}`
      show(progressLine(names.get(run.experimentId) ?? run.experimentId, run) + suffix)
    }),
    studio.events.on('queue-changed', ({ held }) => {
      const text = held === undefined ? '' : heldQueueText(held)
      if (text !== heldAs && text !== '') say(text)
      heldAs = text
    }),
    studio.events.on('run-log', ({ line }) => {
      if (line.level !== 'info') show(`${line.level}: ${line.text}`)
    }),
  ]
  return () => stops.forEach((stop) => stop())
}

function progressOn(output: Invocation['output']) {
  return { show: (text: string) => output.progress(text), say: (text: string) => output.say(text) }
}

function progressLine(name: string, { phase, step, totalSteps, stepsPerSecond, remainingSeconds }: RunSummary): string {
  return [
    `${name}: ${phase ?? 'starting'}`,
    totalSteps > 0 ? `step ${step} of ${totalSteps}` : '',
    stepsPerSecond === undefined ? '' : formatRate(stepsPerSecond),
    remainingSeconds === undefined ? '' : `${formatDuration(remainingSeconds)} left`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function endOf(studio: Studio, id: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = studio.events.on('experiment-changed', (experiment) => {
      if (experiment.id !== id || experiment.status === 'running' || experiment.status === 'queued') return
      stop()
      resolve()
    })
  })
}

/** `where` names the store in the commands that are advised. */
function throwUnlessCompleted({ id, name, status, latestRun }: ExperimentRecord, where: string): void {
  if (status === 'completed') return
  if (status === 'paused') {
    throw new AppException({
      code: latestRun?.error?.code ?? 'cancelled',
      message: latestRun?.error?.message ?? `${name} is paused at step ${latestRun?.step ?? 0}, with a checkpoint.`,
      remedy: `Continue with: studio queue resume ${id}${where} && studio queue start${where}`,
    })
  }
  throw new AppException(
    latestRun?.error ?? {
      code: 'cancelled',
      message: `${name} is ${status}.`,
      remedy: `Try again with: studio queue retry ${id}${where}`,
    },
  )
}

/** Starts everything that waits, until nothing waits or runs. Ctrl-C leaves the running one waiting, with a checkpoint. */
export async function runQueue(
  { output, onInterrupt }: Invocation,
  studio: Studio,
): Promise<{ readonly ended: readonly ExperimentSummary[]; readonly isInterrupted: boolean }> {
  const ended = new Map<string, ExperimentSummary>()
  const stopShowing = showProgress(studio, progressOn(output))
  let isInterrupted = false
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const stops = [
    studio.events.on('experiment-changed', (experiment) => {
      const { id, name, status } = experiment
      if (status === 'queued' || status === 'running') return
      ended.set(id, experiment)
      output.say(`${name}: ${status}`)
    }),
    studio.events.on('queue-changed', ({ running, waiting }) => {
      if (running.length + waiting.length === 0) finish()
    }),
    onInterrupt(() => {
      isInterrupted = true
      finish()
    }),
  ]
  try {
    studio.queue.startDispatching()
    await call(studio, 'queue.set-active', { isActive: true })
    await finished
  } finally {
    stops.forEach((stop) => stop())
    stopShowing()
  }
  return { ended: [...ended.values()], isInterrupted }
}
