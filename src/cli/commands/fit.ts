import type { Studio } from '#main/studio.ts'
import { attemptUnderWay, type SearchRecord } from '#shared/forecast/search.ts'
import type { KnobLimits } from '#shared/forecast/limits.ts'
import { formatCandidates, formatSearch } from '#shared/plain-text/candidates.ts'
import { runToEnd } from '../await-experiment.ts'
import { call } from '../call.ts'
import { defineCommand, type Command, type Invocation } from '../command.ts'
import { findDataset, findNetwork } from '../find-record.ts'
import { byteCount, onRequest, positiveNumber, text } from '../option.ts'
import { runTask } from '../task.ts'
import { UsageError } from '../usage-error.ts'

const fit = defineCommand({
  name: 'fit',
  summary: 'Compress a network within limits of accuracy and size.',
  details:
    'Tries every method on the weights, without data, and says of up to three candidates how large they are, how long they take and how much accuracy they are expected to lose, as a band learnt from finished runs of this network and of similar ones (docs/knob.md). Then it runs them as experiments, the smallest first, until the first is within the limits by the validation images. Give one limit or both.',
  positionals: [{ name: 'NETWORK', about: 'Network of the library.' }],
  options: {
    lose: positiveNumber('POINTS', 'Points of accuracy that may be lost at most.'),
    size: byteCount('BYTES', 'How large the file may be at most, such as 65536 or 100KiB.'),
    dataset: text('DATASET', 'Data set to measure on; only --dry-run does without.'),
    dryRun: onRequest('Name the candidates and run none.'),
  },
  run(invocation) {
    const { positionals, options, output } = invocation
    const { lose, size, dataset, dryRun } = options
    if (lose === undefined && size === undefined) throw new UsageError('Give --lose, --size or both.')
    if (dataset === undefined && !dryRun) throw new UsageError('Give --dataset, or --dry-run to run nothing.')
    const limits: KnobLimits = {
      ...(lose === undefined ? {} : { points: lose }),
      ...(size === undefined ? {} : { bytes: size }),
    }
    const network = positionals[0] ?? ''
    if (dataset === undefined || dryRun) {
      return invocation.withReader(async (studio) => {
        const { id: networkId } = await findNetwork(studio, network)
        const datasetId = dataset === undefined ? undefined : (await findDataset(studio, dataset)).id
        const found = await runTask(invocation, studio, (taskId) =>
          call(studio, 'candidates.find', {
            taskId,
            network: { networkId },
            ...(datasetId === undefined ? {} : { datasetId }),
            limits,
          }),
        )
        output.result(found, formatCandidates(found))
        return 0
      })
    }
    return invocation.withStudio(
      'This command runs its experiments itself. Close the other one, or search on the page of the network in its window.',
      async (studio) => {
        const { id: networkId } = await findNetwork(studio, network)
        const { id: datasetId } = await findDataset(studio, dataset)
        const search = await runTask(invocation, studio, (taskId) =>
          call(studio, 'candidates.search', { taskId, networkId, datasetId, limits }),
        )
        const ended = await followSearch(invocation, studio, search)
        output.result(ended, formatSearch(ended))
        return ended.status === 'fitted' ? 0 : 1
      },
    )
  },
})

export const fitCommands: readonly Command[] = [fit]

/** Runs attempt after attempt; Ctrl-C pauses the one under way and ends the search. */
async function followSearch(invocation: Invocation, studio: Studio, begun: SearchRecord): Promise<SearchRecord> {
  let search = begun
  const waiting = new Set<() => void>()
  const forget = studio.events.on('search-changed', (changed) => {
    if (changed.id !== begun.id) return
    search = changed
    waiting.forEach((look) => look())
  })
  /** When the next attempt has begun, or the search has ended: between two there is a moment without an experiment. */
  const settled = (experimentId: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const next = attemptUnderWay(search)
        if (next !== undefined && (next.experimentId ?? experimentId) === experimentId) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  try {
    for (let attempt = attemptUnderWay(search); attempt !== undefined; attempt = attemptUnderWay(search)) {
      const { experimentId } = attempt
      if (experimentId === undefined) break
      await runToEnd(invocation, studio, experimentId)
      await settled(experimentId)
    }
    return search
  } finally {
    forget()
  }
}
