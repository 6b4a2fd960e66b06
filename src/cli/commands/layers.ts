import { resolve } from 'node:path'
import { atomicWrite } from '#main/files/atomic-write.ts'
import { AppException } from '#shared/basics/result.ts'
import { formatLayerEffects, layerEffectsCsv } from '#shared/plain-text/layer-effects-table.ts'
import { isPackaged, splitNames } from '#shared/protocol/records.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { findExperiment } from '../find-record.ts'
import { oneOf, text, wholeNumber, withDefault } from '../option.ts'
import { runTask } from '../task.ts'

const layers = defineCommand({
  name: 'layers',
  summary: 'Measure what each layer of a compression costs.',
  details:
    'Accuracy of the original with only one layer replaced by its reconstruction, and of the reconstruction with only that layer put back, layer by layer. The layer that hurts most comes first. The store keeps what was measured (docs/layers.md).',
  positionals: [{ name: 'EXPERIMENT', about: 'Finished compression.' }],
  options: {
    split: withDefault(oneOf('SPLIT', splitNames, 'Images to measure accuracy on.'), 'validation'),
    limit: withDefault(wholeNumber('IMAGES', 0, 'Use only the first images of the split; 0 = all.'), 1000),
    csv: text('FILE', 'Write the counts of images to this CSV file.'),
  },
  async run(invocation) {
    const { positionals, options, output } = invocation
    const { split, limit, csv } = options
    return invocation.withChanging(async (studio) => {
      const { id, name } = await findExperiment(studio, positionals[0] ?? '')
      const { runs } = await call(studio, 'experiments.get', { id })
      const run = runs.findLast(({ status, result }) => status === 'completed' && isPackaged(result))
      if (run === undefined) throw nothingFinished(id, name)
      const record = await runTask(invocation, studio, (taskId) =>
        call(studio, 'runs.measure-layers', { taskId, id: run.id, split, limit }),
      )
      if (csv !== undefined) await atomicWrite(resolve(csv), new TextEncoder().encode(layerEffectsCsv(record)))
      output.result(record, formatLayerEffects(record))
      return 0
    })
  },
})

export const layerCommands: readonly Command[] = [layers]

function nothingFinished(id: string, name: string): AppException {
  return new AppException({
    code: 'conflict',
    message: `${name} has no finished compression whose layers could be measured.`,
    where: id,
    remedy: 'Choose a compression that was completed: studio experiments list',
  })
}
