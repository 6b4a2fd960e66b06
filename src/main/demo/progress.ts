/** What the demo waits for while an experiment runs, and what it says meanwhile. */
import { unfinishedStatuses } from '#shared/experiment/present-experiment.ts'
import type { ExperimentRecord, RunRecord } from '#shared/protocol/records.ts'
import { recordOf, type DemoExperiment, type DemoStudio } from './sample-experiment.ts'

const sayEveryMs = 15_000
/** Enough for curves to be seen. */
const stepsToSee = 100

/** Resolves when there is something to see, or at the end. */
export function untilTraining(studio: DemoStudio, { id }: DemoExperiment): Promise<void> {
  return new Promise((resolve, reject) => {
    const stops = [
      studio.events.on('run-metrics', ({ run }) => {
        if (run.experimentId === id && run.step >= Math.min(stepsToSee, run.totalSteps / 2)) done()
      }),
      studio.events.on('experiment-changed', (experiment) => {
        if (experiment.id === id && !isUnfinished(experiment)) done()
      }),
    ]
    const done = (): void => {
      for (const stop of stops) stop()
      resolve()
    }
    // It may have ended before anybody listened.
    recordOf(studio, id).then((record) => {
      if (!isUnfinished(record)) done()
    }, reject)
  })
}

function isUnfinished({ status }: Pick<ExperimentRecord, 'status'>): boolean {
  return unfinishedStatuses.includes(status)
}

/** Says from time to time how far a run is while `work` goes on. */
export async function withProgress<T>(
  studio: DemoStudio,
  { id, name }: DemoExperiment,
  say: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  let latest: RunRecord | undefined
  const stop = studio.events.on('run-metrics', ({ run }) => {
    if (run.experimentId === id) latest = run
  })
  const timer = setInterval(() => {
    if (latest !== undefined) say(`${name}: ${howFar(latest)}`)
  }, sayEveryMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    stop()
  }
}

function howFar({ phase = 'starting', step, totalSteps, remainingSeconds }: RunRecord): string {
  const steps = totalSteps === 0 ? '' : `, step ${step} of ${totalSteps}`
  const rest = remainingSeconds === undefined ? '' : `, about ${Math.ceil(remainingSeconds)} s left`
  return `${phase}${steps}${rest}`
}
