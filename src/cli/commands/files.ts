import { randomUUID } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { readCheckpoint, type StateDict } from '#formats/checkpoint.ts'
import { bytesPerElement } from '#formats/file-tensor.ts'
import { packageBytes } from '#formats/nern-package/package-bytes.ts'
import { isPackage, openPackage, type PackageFile } from '#formats/nern-package/reader.ts'
import { commitRename } from '#main/files/atomic-write.ts'
import { matchArchitecture } from '#networks/matching.ts'
import { weightFormats } from '#shared/export-formats.ts'
import type { StoredEntry } from '#shared/package-description.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { formatBytes, formatCount, formatPercent } from '#shared/plain-text/units.ts'
import { formatPreprocessing } from '#shared/preprocessing.ts'
import { AppException } from '#shared/result.ts'
import { UsageError, type Command } from '../command.ts'

/** Commands on files alone: they open no store. */
const reconstruct: Command = {
  name: 'reconstruct',
  usage: `FILE.nern.safetensors --out W.${weightFormats.join('|')}`,
  summary: 'Turn a compressed package back into weights; the ending of W says the format.',
  positionals: ['FILE'],
  options: { out: { type: 'string' } },
  async run({ positionals, options, output, runJob }) {
    const path = resolve(options.neededText('out'))
    const format = weightFormats.find((known) => `.${known}` === extname(path))
    if (format === undefined) throw new UsageError(`--out takes a file that ends in .${weightFormats.join(', .')}.`)
    const temporary = `${path}.${randomUUID()}.part`
    try {
      const packagePath = resolve(positionals[0] ?? '')
      const result = await runJob({ kind: 'export', packagePath, outputs: [{ format, path: temporary }] })
      await commitRename(temporary, path)
      const [made] = result.outputs
      output.result(
        { file: path, format, tensors: result.tensors, values: result.values, ...made },
        formatFacts([
          ['file', path],
          ['tensors', `${formatCount(result.tensors)} with ${formatCount(result.values)} values`],
          ['size', formatBytes(made?.sizeBytes ?? 0)],
          ['SHA-256', made?.sha256 ?? ''],
        ]),
      )
      return 0
    } finally {
      await rm(temporary, { force: true })
    }
  },
}

const inspect: Command = {
  name: 'inspect',
  usage: 'FILE',
  summary: 'What a compressed package or a checkpoint holds: tensors, and bytes part by part.',
  positionals: ['FILE'],
  options: {},
  async run({ positionals, output }) {
    const path = resolve(positionals[0] ?? '')
    const checkpoint = await readCheckpoint(path)
    if (!checkpoint.ok) throw new AppException(checkpoint.error)
    if (!isPackage(checkpoint.value.metadata)) {
      const { size } = await stat(path)
      output.result(...describeCheckpoint(basename(path), size, checkpoint.value))
      return 0
    }
    const opened = openPackage(await readFile(path), basename(path))
    if (!opened.ok) throw new AppException(opened.error)
    output.result(...describePackage(basename(path), opened.value))
    return 0
  },
}

export const fileCommands: readonly Command[] = [reconstruct, inspect]

/** As a value and as text. */
type Description = readonly [unknown, string]

function describePackage(name: string, file: PackageFile): Description {
  const { description, sizeBytes } = file
  const { network, embedding, predictor, permutation, layers, kept, accuracies } = description
  const { predictor: predictorBytes, orders, kept: keptBytes, header } = packageBytes(file)
  const parts = [
    { part: 'predictor', bytes: predictorBytes },
    { part: 'permutation', bytes: orders },
    { part: 'kept tensors', bytes: keptBytes.reduce((sum, entry) => sum + entry.bytes, 0) },
    { part: 'header', bytes: header },
  ]
  const kernels = layers.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0)
  const facts = formatFacts([
    ['file', `${name}, a compressed package of version ${description.version}`],
    ['network', `${network.architecture}, ${network.classes} classes`],
    ['preprocessing', formatPreprocessing(network.preprocessing)],
    ['original', `SHA-256 ${network.sha256}`],
    ['represented', `${formatCount(kernels)} kernels in ${layers.length} layers`],
    ['embedding', `${embedding.type}, ${embedding.levels} levels`],
    [
      'predictor',
      `${predictor.blocks} layers of ${predictor.hiddenSize}, ${predictor.inputs} inputs, ${predictor.outputs} outputs`,
    ],
    ['permutation', permutation],
    ...accuracies.map(({ split, original, reconstructed }): readonly [string, string] => [
      `accuracy, ${split}`,
      `${fraction(reconstructed)} (original ${fraction(original)})`,
    ]),
  ])
  const sizes = formatTable(
    [{ title: 'part' }, { title: 'size', align: 'right' }, { title: 'share', align: 'right' }],
    [...parts, { part: 'file', bytes: sizeBytes }].map(({ part, bytes }) => [
      part,
      formatBytes(bytes),
      formatPercent(bytes / sizeBytes),
    ]),
  )
  const tensors = formatTable(
    [{ title: 'tensor' }, { title: 'shape' }, { title: 'stored as' }],
    [
      ...predictor.tensors.map(tensorRow),
      ...layers.map(({ name: layer, shape }) => [layer, shape.join(' x '), 'represented by the predictor']),
      ...kept.map(tensorRow),
    ],
  )
  return [{ kind: 'package', sizeBytes, parts, description }, [facts, sizes, tensors].join('\n\n')]
}

function tensorRow(entry: StoredEntry): readonly string[] {
  const how =
    entry.kind === 'integer' ? `${entry.bits}-bit integers, ${entry.coding}, ${formatBytes(entry.bytes)}` : entry.kind
  return [entry.name, entry.shape.join(' x '), how]
}

function fraction({ correct, total }: { readonly correct: number; readonly total: number }): string {
  return formatPercent(correct / Math.max(1, total))
}

function describeCheckpoint(name: string, sizeBytes: number, { format, tensors }: StateDict): Description {
  const rows = [...tensors].map(([tensor, { shape, dtype, bytes }]) => ({
    name: tensor,
    shape,
    dtype,
    bytes: bytes.byteLength,
  }))
  const match = matchArchitecture(rows)
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
  const values = rows.reduce((sum, row) => sum + row.bytes / bytesPerElement[row.dtype], 0)
  const facts = formatFacts([
    ['file', `${name}, a checkpoint (${format})`],
    ['network', match.ok ? match.value.network.title : `not known to the studio: ${match.error.message}`],
    ['tensors', `${formatCount(rows.length)} with ${formatCount(values)} values`],
    [
      'size',
      `${formatBytes(sizeBytes)}: ${formatBytes(bytes)} of tensors, ${formatBytes(sizeBytes - bytes)} around them`,
    ],
  ])
  const table = formatTable(
    [{ title: 'tensor' }, { title: 'shape' }, { title: 'type' }, { title: 'size', align: 'right' }],
    rows.map((row) => [row.name, row.shape.join(' x '), row.dtype, formatBytes(row.bytes)]),
  )
  const architecture = match.ok ? { architecture: match.value.network.architecture } : {}
  return [
    { kind: 'checkpoint', format, sizeBytes, tensorBytes: bytes, ...architecture, tensors: rows },
    `${facts}\n\n${table}`,
  ]
}
