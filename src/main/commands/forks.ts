import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandHandlers, CommandInput } from '#shared/protocol/contract.ts'
import type { CheckpointRecord, ExperimentRecord } from '#shared/protocol/records.ts'
import { changedLeaves } from '#shared/experiment/config-leaves.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { cloneName } from '#shared/experiment/experiment-name.ts'
import { forkProblem } from '#shared/experiment/fork.ts'
import { AppException } from '#shared/basics/result.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { mainFamilyOf } from '../families/table.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { makeFolder } from '../files/make-folder.ts'
import { readVerified } from '../files/verified-file.ts'
import { uniqueName } from '../library/unique-name.ts'
import type { Queue } from '../queue/queue.ts'
import { checkpointFileName } from '../store/checkpoints.ts'
import { forkPath, runPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

/** An experiment of its own that begins with a checkpoint of another's run. */
export function forkHandlers(context: StudioContext, queue: Queue): Pick<CommandHandlers, 'experiments.fork'> {
  const { store, writeBytes } = context
  return {
    async 'experiments.fork'(input) {
      const { runId, step, enqueue } = input
      const { experimentId, totalSteps } = store.runs.get(runId)
      const source = store.experiments.get(experimentId)
      const config = input.config ?? source.config
      const problem = forkProblem(source.config, config, { step, totalSteps })
      if (problem !== undefined) throw new AppException(problem)
      const { networkId, datasetId } = source
      const network = networkId === undefined ? undefined : store.networks.get(networkId)
      await mainFamilyOf(config).assertRunnable(store, config, { network, dataset: store.datasets.get(datasetId) })
      const checkpoint = checkpointAt(store, input)
      const bytes = await checkpointBytes(store, checkpoint)
      await makeFolder(store.layout.forks)
      await atomicWrite(forkPath(store.layout, checkpoint.sha256), bytes, writeBytes)
      const wanted = input.name ?? forkName(source, config, step)
      const created = store.transaction(() => {
        const draft = store.experiments.insert({
          name: uniqueName(wanted, store.experiments.namesBeginning(wanted)),
          config,
          datasetId,
          ...(networkId === undefined ? {} : { networkId }),
          // Elsewhere its numbers would be others from the first step on.
          executor: store.runs.executorOf(runId),
          clonedFrom: source.id,
        })
        const { phase, sha256 } = checkpoint
        store.forks.add(draft.id, { runId, step, phase, sha256 })
        if (enqueue) store.experiments.transition(draft.id, 'enqueue', 'draft')
        return draft
      })
      queue.announce([created.id])
      queue.dispatch()
      return store.experiments.get(created.id)
    },
  }
}

/** What it has otherwise, and where it begins. */
function forkName(source: ExperimentRecord, config: ExperimentConfig, step: number): string {
  const isSame = changedLeaves(config, source.config).size === 0
  return `${isSame ? source.name : cloneName(source, config)}, from step ${step}`
}

/** Takes away checkpoints that no fork begins with any more. */
export async function removeUnusedForkFiles({ forks, layout }: Store, sha256s: readonly string[]): Promise<void> {
  for (const sha256 of new Set(sha256s)) {
    if (!forks.isUsed(sha256)) await rm(forkPath(layout, sha256), { force: true })
  }
}

function checkpointAt(store: Store, { runId, step }: CommandInput<'experiments.fork'>): CheckpointRecord {
  const checkpoints = store.checkpoints.list(runId)
  const found = checkpoints.find((checkpoint) => checkpoint.step === step)
  if (found !== undefined) return found
  const steps = checkpoints.map((checkpoint) => checkpoint.step)
  throw new AppException({
    code: 'not-found',
    message: `The run keeps no checkpoint of step ${step}.`,
    where: `run ${runId}`,
    remedy: steps.length === 0 ? 'Fork a run that keeps checkpoints.' : `It keeps those of step ${steps.join(', ')}.`,
  })
}

async function checkpointBytes({ layout }: Store, checkpoint: CheckpointRecord): Promise<Uint8Array> {
  const path = join(runPath(layout, checkpoint.runId), checkpointFileName(checkpoint))
  const file = await readVerified(path, checkpoint.sha256)
  if ('bytes' in file) return file.bytes
  throw new AppException({
    code: file.code,
    message: `The checkpoint of step ${checkpoint.step} ${file.problem}.`,
    where: path,
    remedy: 'Fork another checkpoint of the run.',
  })
}
