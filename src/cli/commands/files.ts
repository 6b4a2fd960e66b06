import { randomUUID } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { withFileSource } from '#formats/byte-source.ts'
import { listStateDicts, readWeightsFile, type StateDict } from '#formats/weights-file/reader.ts'
import { bytesOfDtype } from '#formats/file-tensor.ts'
import { openBaselinePackage } from '#formats/baseline-package/reader.ts'
import { openSpectralPackage } from '#formats/spectral-package/reader.ts'
import { openPackage } from '#formats/nern-package/reader.ts'
import { packageFormatOf } from '#formats/package-container/formats.ts'
import { networkInMetadata } from '#formats/network-graph.ts'
import { namedArchitecture } from '#formats/network-metadata.ts'
import { isOnnx, readOnnx, type OnnxNetwork } from '#formats/onnx/reader.ts'
import { commitRename } from '#main/files/atomic-write.ts'
import { architectures } from '#networks/architectures.ts'
import { matchArchitecture } from '#networks/matching.ts'
import type { NamedShape } from '#networks/plain-names.ts'
import type { Network } from '#networks/network.ts'
import { weightFormats, type PackageFormat } from '#shared/package/export-formats.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { formatExactBytes, formatCount } from '#shared/basics/format.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { formatPreprocessing } from '#shared/network/preprocessing.ts'
import { AppException, ok, unwrap, type Result } from '#shared/basics/result.ts'
import type { StateDictChoice } from '#shared/protocol/trainer-protocol.ts'
import { defineCommand, type Command } from '../command.ts'
import { fileOptions } from '../file-options.ts'
import { noteFacts } from '../note-facts.ts'
import { needed, text } from '../option.ts'
import { UsageError } from '../usage-error.ts'
import { describeBaseline, describePackage, describeSpectral, type Description } from '../describe-package.ts'

/** Commands on files alone: they open no store. */
const reconstruct = defineCommand({
  name: 'reconstruct',
  summary: 'Decode a package into a weights file.',
  positionals: [{ name: 'FILE', about: 'Package of a compression, by a predictor or by another method.' }],
  options: {
    out: needed(text('FILE', `File to write; its ending decides the format: .${weightFormats.join(', .')}.`)),
  },
  async run({ positionals, options, output, runJob }) {
    const path = resolve(options.out)
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
})

const inspect = defineCommand({
  name: 'inspect',
  summary: 'Show what a package, a weights file or an ONNX graph holds, byte by byte.',
  positionals: [{ name: 'FILE', about: 'File to look at.' }],
  options: fileOptions,
  async run({ positionals, options, output }) {
    const path = resolve(positionals[0] ?? '')
    const graph = await onnxIn(path, options.inputSize)
    if (graph !== undefined) {
      output.result(...describeOnnx(basename(path), (await stat(path)).size, graph))
      return 0
    }
    const weights = await readWeightsFile(path, { key: options.key })
    if (!weights.ok && weights.error.code === 'weights-file-ambiguous') {
      output.result(...describeStateDicts(basename(path), unwrap(await listStateDicts(path))))
      return 0
    }
    if (!weights.ok) throw new AppException(weights.error)
    const format = packageFormatOf(weights.value.metadata)
    if (format === undefined) {
      const { size } = await stat(path)
      output.result(...describeWeights(basename(path), size, weights.value))
    } else output.result(...describeFile[format](await readFile(path), basename(path)))
    return 0
  },
})

/** What is said of the packages of a format. Throw as their readers say. */
const describeFile: Readonly<Record<PackageFormat, (bytes: Uint8Array, name: string) => Description>> = {
  nern: (bytes, name) => describePackage(name, unwrap(openPackage(bytes, name))),
  baseline: (bytes, name) => describeBaseline(name, unwrap(openBaselinePackage(bytes, name))),
  spectral: (bytes, name) => describeSpectral(name, unwrap(openSpectralPackage(bytes, name))),
}

export const fileCommands: readonly Command[] = [reconstruct, inspect]

/** The network of an ONNX file; undefined for a file of another kind. */
function onnxIn(path: string, inputSize: number | undefined): Promise<OnnxNetwork | undefined> {
  return withFileSource(path, async (source) => {
    if (!isOnnx(await source.read(0, Math.min(16, source.size)))) return undefined
    return unwrap(await readOnnx(source, { inputSize }))
  })
}

/** Of a weights file with several networks: which ones `--key` may name. */
function describeStateDicts(name: string, stateDicts: readonly StateDictChoice[]): Description {
  const table = formatTable(
    [{ title: 'key' }, { title: 'tensors', align: 'right' }, { title: '' }],
    stateDicts.map(({ key, tensors, isKnown }) => [key, formatCount(tensors), isKnown ? 'a known network' : '']),
  )
  return [{ kind: 'checkpoint', stateDicts }, `${name} holds several networks; choose one with --key:\n\n${table}`]
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
  return own === undefined
    ? matchArchitecture(rows, architectures, namedArchitecture(metadata))
    : ok({ network: own, notes: [] })
}

function describeWeights(name: string, sizeBytes: number, weights: StateDict): Description {
  const { format, tensors, metadata } = weights
  const rows = [...tensors].map(([tensor, { shape, dtype, bytes }]) => ({
    name: tensor,
    shape,
    dtype,
    bytes: bytes.byteLength,
  }))
  const match = recognised(name, metadata, rows)
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
  const values = rows.reduce((sum, row) => sum + row.bytes / bytesOfDtype[row.dtype], 0)
  const notes = [...weights.notes, ...(match.ok ? match.value.notes : [])]
  const facts = formatFacts([
    ['file', `${name}, a weights file (${format})`],
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
