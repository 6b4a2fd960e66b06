/** Forks on the command line: which checkpoints a run keeps, and an experiment that begins with one (docs/forks.md). */
import { formatExactBytes } from '#shared/basics/format.ts'
import { AppException } from '#shared/basics/result.ts'
import { forkableParameters } from '#shared/experiment/fork.ts'
import { formatTable } from '#shared/plain-text/table.ts'
import type { CheckpointRecord, ExperimentRecord, RunRecord } from '#shared/protocol/records.ts'
import type { ReadingStudio } from '#main/studio.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { settingOptions, withSettings } from '../experiment-options.ts'
import { findExperiment } from '../find-record.ts'
import { toldDefault, wholeNumber } from '../option.ts'

const checkpoints = defineCommand({
  name: 'experiments checkpoints',
  summary: 'List checkpoints and what a fork at each may change.',
  details: 'Those that the latest run keeps, the newest first.',
  positionals: [{ name: 'EXPERIMENT', about: 'Experiment whose latest run is meant.' }],
  options: {},
  run: ({ positionals, output, withReader }) =>
    withReader(async (studio) => {
      const { experiment, run, checkpoints: kept } = await keptBy(studio, positionals[0] ?? '')
      const listed = kept.map((checkpoint) => ({ ...checkpoint, mayChange: changeable(experiment, run, checkpoint) }))
      const table = formatTable(
        [{ title: 'step', align: 'right' }, { title: 'phase' }, { title: 'size' }, { title: 'a fork may change' }],
        listed.map(({ step, phase, sizeBytes, mayChange }) => [
          String(step),
          phase,
          formatExactBytes(sizeBytes),
          mayChange.join(' '),
        ]),
        'No checkpoint is kept.',
      )
      output.result(listed, table)
      return 0
    }),
})

const fork = defineCommand({
  name: 'experiments fork',
  summary: 'Queue an experiment that begins with a checkpoint of another.',
  details:
    'Left as it is, it does what the run did after the checkpoint. The method says what may change: studio experiments checkpoints lists it.',
  positionals: [{ name: 'EXPERIMENT', about: 'Experiment whose latest run has the checkpoint.' }],
  options: {
    step: toldDefault(wholeNumber('STEP', 0, 'Step of the checkpoint.'), 'the newest'),
    ...settingOptions,
  },
  run: ({ positionals, options, output, withChanging }) =>
    withChanging(async (studio) => {
      const { experiment, run, checkpoints: kept } = await keptBy(studio, positionals[0] ?? '')
      const [newest] = kept
      if (run === undefined || newest === undefined) throw nothingToFork(experiment)
      const { name, step = newest.step } = options
      const made = await call(studio, 'experiments.fork', {
        runId: run.id,
        step,
        config: withSettings(experiment.config, options),
        enqueue: true,
        ...(name === undefined ? {} : { name }),
      })
      output.result(made, `${made.name} (${made.id}) is queued; it begins with step ${step} of ${experiment.name}.`)
      return 0
    }),
})

export const forkCommands: readonly Command[] = [checkpoints, fork]

interface Kept {
  readonly experiment: ExperimentRecord
  /** The latest one. */
  readonly run?: RunRecord
  /** Newest first. */
  readonly checkpoints: readonly CheckpointRecord[]
}

async function keptBy(studio: ReadingStudio, key: string): Promise<Kept> {
  const experiment = await findExperiment(studio, key)
  const { latestRun: run } = experiment
  if (run === undefined) return { experiment, checkpoints: [] }
  return { experiment, run, checkpoints: await call(studio, 'runs.checkpoints', { id: run.id }) }
}

/** Paths of parameters that a fork at the checkpoint may have otherwise. */
function changeable({ config }: ExperimentRecord, run: RunRecord | undefined, { step }: CheckpointRecord) {
  return forkableParameters(config, { step, totalSteps: run?.totalSteps ?? step }).map(({ path }) => path)
}

function nothingToFork({ id, name }: ExperimentRecord): AppException {
  return new AppException({
    code: 'conflict',
    message: `${name} keeps no checkpoint that a fork could begin with.`,
    where: id,
    remedy: 'Fork an experiment whose latest run has made steps.',
  })
}
