/** Short jobs on an untrained network and random images, and what they come to without a cluster. */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#main/basics/clock.ts'
import { sha256OfFile } from '#main/files/sha256.ts'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import { Supervisor } from '#main/trainer-host/supervisor.ts'
import { storeLayout } from '#main/store/layout.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import type { FromTrainer, JobResult, TimedJob } from '#shared/protocol/trainer-protocol.ts'
import { trainerPath } from '#test/support/programs.ts'
import { fillStore } from '#test/support/real-trainer.ts'

export interface SmallJobs {
  /** Without steps: a few seconds. */
  readonly quick: TimedJob
  /** Steps for about ten seconds and more on a busy machine, with an evaluation every few. */
  readonly long: TimedJob
  /** The same with four times the steps, for disturbances that take a while to arrange. */
  readonly longer: TimedJob
}

export async function smallJobs(folder: string): Promise<SmallJobs> {
  mkdirSync(folder, { recursive: true })
  await fillStore(folder)
  const layout = storeLayout(folder)
  const only = (parent: string): string => {
    const [name = ''] = readdirSync(parent)
    return join(parent, name)
  }
  const networkFile = only(layout.networks)
  const datasetFolder = only(layout.datasets)
  const inputs = {
    network: {
      path: networkFile,
      sha256: await sha256OfFile(networkFile),
      architecture: 'resnet20-cifar-b',
      classes: 10,
    },
    dataset: { path: datasetFolder, sha256: await sha256OfFile(join(datasetFolder, 'header.json')) },
  }
  const ofSteps = (steps: number): TimedJob => ({
    kind: 'compress',
    config: {
      ...fastConfig,
      predictor: { ...fastConfig.predictor, hiddenSize: 24 },
      reconstruction: { ...fastConfig.reconstruction, steps },
      distillation: { ...fastConfig.distillation, steps: 0 },
      evaluation: { everySteps: 40, images: 32, keep: 'best-validation' },
    },
    ...inputs,
  })
  return {
    quick: { kind: 'spectral', config: spectralDefaults, ...inputs },
    long: ofSteps(400),
    longer: ofSteps(1600),
  }
}

/** The result of a run here, on so many threads, and the steps of its evaluations. */
export async function runHere(
  job: TimedJob,
  threads: number,
): Promise<{ readonly result: JobResult; readonly evaluatedSteps: readonly number[] }> {
  const evaluated = new Set<number>()
  const supervisor = new Supervisor(
    {
      job,
      executor: { executor: 'onnxruntime', provider: 'cpu', threads },
      label: 'here',
      listener: { onMessage: (message) => addEvaluations(evaluated, message) },
    },
    createForkHosts({ entryPath: trainerPath }),
    systemClock,
  )
  const outcome = await supervisor.done
  if (outcome.kind !== 'result') throw new Error(`The run here ended as ${JSON.stringify(outcome)}`)
  return { result: outcome.result, evaluatedSteps: sorted(evaluated) }
}

export function addEvaluations(steps: Set<number>, message: FromTrainer): void {
  if (message.type !== 'metrics') return
  for (const { name, step } of message.points) if (name === 'accuracy.validation') steps.add(step)
}

export function sorted(steps: ReadonlySet<number>): readonly number[] {
  return [...steps].sort((a, b) => a - b)
}
