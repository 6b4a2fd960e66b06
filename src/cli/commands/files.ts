import { randomUUID } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { withFileSource } from '#formats/byte-source.ts'
import { listStateDicts, readCheckpoint, type StateDict } from '#formats/weights-file.ts'
import { bytesPerElement } from '#formats/file-tensor.ts'
import { isBaselinePackage, openBaselinePackage } from '#formats/baseline-package/reader.ts'
import { isPackage, openPackage } from '#formats/nern-package/reader.ts'
import { networkInMetadata } from '#formats/network-graph.ts'
import { isOnnx, readOnnx, type OnnxNetwork } from '#formats/onnx/reader.ts'
import { commitRename } from '#main/files/atomic-write.ts'
import { matchArchitecture } from '#networks/matching.ts'
import type { NamedShape } from '#networks/plain-names.ts'
import type { Network } from '#networks/network.ts'
import { weightFormats } from '#shared/package/export-formats.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { formatExactBytes, formatCount } from '#shared/basics/format.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { formatPreprocessing } from '#shared/network/preprocessing.ts'
import { AppException, ok, unwrap, type Result } from '#shared/basics/result.ts'
import type { StateDictChoice } from '#shared/protocol/trainer-protocol.ts'
import { UsageError, type Command } from '../command.ts'
import { noteFacts } from '../note-facts.ts'
import { describeBaseline, describePackage, type Description } from '../describe-package.ts'

/** Commands on files alone: they open no store. */
const reconstruct: Command = {
  name: 'reconstruct',
  usage: `FILE.safetensors --out W.${weightFormats.join('|')}`,
  summary: 'Turn a compressed package, or that of a baseline, back into weights; the ending of W says the format.',
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
          ['size', formatExactBytes(made?.sizeBytes ?? 0)],
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
  usage: 'FILE [--key K] [--input-size PIXELS]',
  summary:
    'What a package, a checkpoint or an ONNX graph holds: tensors, and bytes part by part. K is one of the state dicts that a checkpoint holds; PIXELS what a graph looks at that leaves it free.',
  positionals: ['FILE'],
  options: { key: { type: 'string' }, 'input-size': { type: 'string' } },
  async run({ positionals, options, output }) {
    const path = resolve(positionals[0] ?? '')
    const graph = await onnxIn(path, options.integer('input-size', 1))
    if (graph !== undefined) {
      output.result(...describeOnnx(basename(path), (await stat(path)).size, graph))
      return 0
    }
    const checkpoint = await readCheckpoint(path, { key: options.text('key') })
    if (!checkpoint.ok && checkpoint.error.code === 'checkpoint-ambiguous') {
      output.result(...describeStateDicts(basename(path), unwrap(await listStateDicts(path))))
      return 0
    }
    if (!checkpoint.ok) throw new AppException(checkpoint.error)
    if (isBaselinePackage(checkpoint.value.metadata)) {
      const opened = openBaselinePackage(await readFile(path), basename(path))
      if (!opened.ok) throw new AppException(opened.error)
      output.result(...describeBaseline(basename(path), opened.value))
      return 0
    }
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

/** The network of an ONNX file; undefined for a file of another kind. */
function onnxIn(path: string, inputSize: number | undefined): Promise<OnnxNetwork | undefined> {
  return withFileSource(path, async (source) => {
    if (!isOnnx(await source.read(0, Math.min(16, source.size)))) return undefined
    return unwrap(await readOnnx(source, { inputSize }))
  })
}

/** Of a checkpoint with several networks: which ones `--key` may name. */
function describeStateDicts(name: string, stateDicts: readonly StateDictChoice[]): Description {
  const table = formatTable(
    [{ title: 'key' }, { title: 'tensors', align: 'right' }, { title: '' }],
    stateDicts.map(({ key, tensors, isKnown }) => [key, formatCount(tensors), isKnown ? 'a known network' : '']),
  )
  return [{ kind: 'checkpoint', stateDicts }, `${name} holds several networks; --key says which one:\n\n${table}`]
}

function describeOnnx(name: string, sizeBytes: number, { network, model, notes }: OnnxNetwork): Description {
  const { architecture, title, classes, inputShape, preprocessing, parameters, nodes } = network
  const { opset, producer } = model
  const values = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const facts = formatFacts([
    ['file', `${name}, an ONNX graph of operator set ${opset}${producer === '' ? '' : ` by ${producer}`}`],
    ['network', `${title}, ${classes} classes (${architecture})`],
    ['images', `${inputShape.channels} x ${inputShape.height} x ${inputShape.width}`],
    ['preprocessing', formatPreprocessing(preprocessing)],
    ['nodes', `${model.nodes} in the file, ${nodes.length} as the studio runs it`],
    ['represented', `${network.representedLayers.length} layers`],
    ['tensors', `${formatCount(parameters.length)} with ${formatCount(values)} values`],
    ['size', formatExactBytes(sizeBytes)],
    ...noteFacts(notes),
  ])
  const table = formatTable(
    [{ title: 'tensor' }, { title: 'shape' }, { title: 'role' }],
    parameters.map(({ name: tensor, shape, role }) => [tensor, shape.join(' x '), role]),
  )
  const value = { kind: 'onnx', sizeBytes, architecture, classes, inputShape, preprocessing, model, notes, parameters }
  return [value, `${facts}\n\n${table}`]
}

/** By the description in the file, or by the names and shapes of its tensors. */
function recognised(
  name: string,
  metadata: StateDict['metadata'],
  rows: readonly NamedShape[],
): Result<{ readonly network: Pick<Network, 'title' | 'architecture'>; readonly notes: readonly string[] }> {
  const own = networkInMetadata({ name }, metadata)
  return own === undefined ? matchArchitecture(rows) : ok({ network: own, notes: [] })
}

function describeCheckpoint(name: string, sizeBytes: number, checkpoint: StateDict): Description {
  const { format, tensors, metadata } = checkpoint
  const rows = [...tensors].map(([tensor, { shape, dtype, bytes }]) => ({
    name: tensor,
    shape,
    dtype,
    bytes: bytes.byteLength,
  }))
  const match = recognised(name, metadata, rows)
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
  const values = rows.reduce((sum, row) => sum + row.bytes / bytesPerElement[row.dtype], 0)
  const notes = [...checkpoint.notes, ...(match.ok ? match.value.notes : [])]
  const facts = formatFacts([
    ['file', `${name}, a checkpoint (${format})`],
    ['network', match.ok ? match.value.network.title : `not known to the studio: ${match.error.message}`],
    ['tensors', `${formatCount(rows.length)} with ${formatCount(values)} values`],
    [
      'size',
      `${formatExactBytes(sizeBytes)}: ${formatExactBytes(bytes)} of tensors, ${formatExactBytes(sizeBytes - bytes)} around them`,
    ],
    ...noteFacts(notes),
  ])
  const table = formatTable(
    [{ title: 'tensor' }, { title: 'shape' }, { title: 'type' }, { title: 'size', align: 'right' }],
    rows.map((row) => [row.name, row.shape.join(' x '), row.dtype, formatExactBytes(row.bytes)]),
  )
  const architecture = match.ok ? { architecture: match.value.network.architecture } : {}
  return [
    { kind: 'checkpoint', format, sizeBytes, tensorBytes: bytes, ...architecture, notes, tensors: rows },
    `${facts}\n\n${table}`,
  ]
}
