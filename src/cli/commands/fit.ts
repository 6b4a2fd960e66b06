import { formatCandidates } from '#shared/plain-text/candidates.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { findDataset, findNetwork } from '../find-record.ts'
import { byteCount, positiveNumber, text } from '../option.ts'
import { runTask } from '../task.ts'
import { UsageError } from '../usage-error.ts'

const fit = defineCommand({
  name: 'fit',
  summary: 'Find what compresses a network within limits of accuracy and size.',
  details:
    'Tries every method on the weights, without data, and says of up to three candidates how large they are, how long they take and how much accuracy they are expected to lose, as a band learnt from finished runs of this network and of similar ones (docs/knob.md). Give one limit or both.',
  positionals: [{ name: 'NETWORK', about: 'Network of the library.' }],
  options: {
    lose: positiveNumber('POINTS', 'Points of accuracy that may be lost at most.'),
    size: byteCount('BYTES', 'How large the file may be at most, such as 65536 or 100KiB.'),
    dataset: text('DATASET', 'Data set that runs are measured on, for their times.'),
  },
  run(invocation) {
    const { positionals, options, output } = invocation
    const { lose, size, dataset } = options
    if (lose === undefined && size === undefined) throw new UsageError('Give --lose, --size or both.')
    const limits = {
      ...(lose === undefined ? {} : { points: lose }),
      ...(size === undefined ? {} : { bytes: size }),
    }
    return invocation.withStudio(
      'This command tries the methods itself. Close the other one first.',
      async (studio) => {
        const { id: networkId } = await findNetwork(studio, positionals[0] ?? '')
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
      },
    )
  },
})

export const fitCommands: readonly Command[] = [fit]
