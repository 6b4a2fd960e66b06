/** What `studio inspect` says of packages. */
import { baselineBytes, type BaselineFile } from '#formats/baseline-package/reader.ts'
import { packageBytes } from '#formats/nern-package/package-bytes.ts'
import type { PackageFile } from '#formats/nern-package/reader.ts'
import { biasNameOf } from '#formats/spectral-package/names.ts'
import { spectralBytes, type SpectralFile } from '#formats/spectral-package/reader.ts'
import type { BaselineDescription, LayerEntry } from '#shared/package/baseline-description.ts'
import type {
  PackagedEmbedding,
  PredictorEntry,
  StoredEntry,
  StoredValues,
} from '#shared/package/package-description.ts'
import type { SpectralLayerEntry } from '#shared/package/spectral-description.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { predictedShapeOf } from '#shared/tensors/represented-shape.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'
import { formatExactBytes, formatCount, formatPercent } from '#shared/basics/format.ts'
import { assertNever, unwrap } from '#shared/basics/result.ts'

/** As a value and as text. */
export type Description = readonly [unknown, string]

export function describePackage(name: string, file: PackageFile): Description {
  const { description, sizeBytes } = file
  const { network, embedding, predictor, permutation, layers, kept, accuracies } = description
  const { predictor: predictorBytes, orders, kept: keptBytes, header } = packageBytes(file)
  const parts = [
    { part: 'predictor', bytes: predictorBytes },
    { part: 'permutation', bytes: orders },
    { part: 'kept tensors', bytes: keptBytes.reduce((sum, entry) => sum + entry.bytes, 0) },
    { part: 'header', bytes: header },
  ]
  const kernels = layers.reduce((sum, layer) => {
    const [filters, channels] = predictedShapeOf(layer)
    return sum + filters * channels
  }, 0)
  const facts = formatFacts([
    ['file', `${name}, a compressed package of version ${description.version}`],
    ['network', `${network.architecture}, ${network.classes} classes`],
    ['original', `SHA-256 ${network.sha256}`],
    ['represented', `${formatCount(kernels)} kernels in ${layers.length} layers`],
    ['embedding', describeEmbedding(embedding)],
    [
      'predictor',
      `${predictor.parts === undefined ? '' : `${formatCount(predictor.parts.length)} parts, each `}${predictor.blocks} layers of ${predictor.hiddenSize}, ${predictor.inputs} inputs, ${predictor.outputs} outputs`,
    ],
    ['permutation', permutation],
    ...accuracyFacts(accuracies),
  ])
  const tensors = formatTable(
    [{ title: 'tensor' }, { title: 'shape' }, { title: 'stored as' }],
    [
      ...predictor.tensors.map(predictorRow),
      ...layers.map(({ name: layer, shape, tiled }) => [
        layer,
        shape.join(' x '),
        `represented by the predictor${tiled === undefined ? '' : ', in tiles of 3 x 3'}`,
      ]),
      ...kept.map(tensorRow),
    ],
  )
  return [
    { kind: 'package', sizeBytes, parts, description },
    [facts, sizeTable(parts, sizeBytes), tensors].join('\n\n'),
  ]
}

function describeEmbedding(embedding: PackagedEmbedding): string {
  if (embedding.type === 'seeded') return `${embedding.numbers} seeded random numbers`
  return embedding.type === 'one-hot' ? embedding.type : `${embedding.type}, ${embedding.levels} levels`
}

export function describeBaseline(name: string, file: BaselineFile): Description {
  const { description, sizeBytes } = file
  const { version, network, layers, kept, accuracies } = description
  const bytes = baselineBytes(file)
  const parts = [
    { part: 'kernels', bytes: bytes.layers },
    { part: 'kept tensors', bytes: bytes.kept.reduce((sum, entry) => sum + entry.bytes, 0) },
    { part: 'header', bytes: bytes.header },
  ]
  const kernels = layers.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0)
  const facts = formatFacts([
    ['file', `${name}, a baseline's package of version ${version}`],
    ['network', `${network.architecture}, ${network.classes} classes`],
    ['original', `SHA-256 ${network.sha256}`],
    ['stored', `${formatCount(kernels)} kernels in ${layers.length} layers`],
    ...accuracyFacts(accuracies),
  ])
  const tensors = formatTable(
    [{ title: 'tensor' }, { title: 'shape' }, { title: 'stored as' }],
    [...layers, ...kept].map(tensorRow),
  )
  return [
    { kind: 'baseline', sizeBytes, parts, description },
    [facts, sizeTable(parts, sizeBytes), tensors].join('\n\n'),
  ]
}

export function describeSpectral(name: string, file: SpectralFile): Description {
  const { description, sizeBytes } = file
  const { version, network, transform, step, layers, kept, accuracies } = description
  const bytes = unwrap(spectralBytes(file, name))
  const parts = [
    { part: 'kernels', bytes: bytes.kernels },
    { part: 'biases, gains and steps', bytes: bytes.side },
    { part: 'kept tensors', bytes: bytes.kept.reduce((sum, entry) => sum + entry.bytes, 0) },
    { part: 'header', bytes: bytes.header },
  ]
  const weights = layers.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const facts = formatFacts([
    ['file', `${name}, a spectral package of version ${version}`],
    ['network', `${network.architecture}, ${network.classes} classes`],
    ['original', `SHA-256 ${network.sha256}`],
    ['coded', `${formatCount(weights)} weights in ${layers.length} layers`],
    ['transform', transform],
    ['step', String(step)],
    ['bits a weight', ((8 * bytes.kernels) / Math.max(1, weights)).toFixed(3)],
    ...accuracyFacts(accuracies),
  ])
  const tensors = formatTable(
    [{ title: 'tensor' }, { title: 'shape' }, { title: 'stored as' }],
    [...layers.flatMap(spectralRows), ...kept.map(tensorRow)],
  )
  return [
    { kind: 'spectral', sizeBytes, parts, description },
    [facts, sizeTable(parts, sizeBytes), tensors].join('\n\n'),
  ]
}

function spectralRows(entry: SpectralLayerEntry): readonly (readonly string[])[] {
  const { name, shape, folded } = entry
  const biasName = biasNameOf(entry)
  return [
    [name, shape.join(' x '), folded === undefined ? 'codes' : `codes, with the scale of ${folded.prefix}`],
    ...(biasName === undefined ? [] : [[biasName, String(shape[0]), 'coded bias']]),
  ]
}

function accuracyFacts(accuracies: BaselineDescription['accuracies']): readonly (readonly [string, string])[] {
  return accuracies.map(({ split, original, reconstructed }) => [
    `accuracy, ${split}`,
    `${fraction(reconstructed)} (original ${fraction(original)})`,
  ])
}

function sizeTable(parts: readonly { readonly part: string; readonly bytes: number }[], sizeBytes: number): string {
  return formatTable(
    [{ title: 'part' }, { title: 'size', align: 'right' }, { title: 'share', align: 'right' }],
    [...parts, { part: 'file', bytes: sizeBytes }].map(({ part, bytes }) => [
      part,
      formatExactBytes(bytes),
      formatPercent(bytes / sizeBytes),
    ]),
  )
}

function predictorRow(entry: PredictorEntry): readonly string[] {
  if (entry.kind !== 'sparse') return tensorRow(entry)
  const { kept, coding, bytes } = entry.positions
  const how = `${formatCount(kept)} values as ${storedAs(entry.values)}; positions ${coding}, ${formatExactBytes(bytes)}`
  return [entry.name, entry.shape.join(' x '), how]
}

function tensorRow(entry: StoredEntry | LayerEntry): readonly string[] {
  return [entry.name, entry.shape.join(' x '), storedAs(entry)]
}

function storedAs(entry: StoredValues | LayerEntry): string {
  switch (entry.kind) {
    case 'float32':
      return entry.kind
    case 'float16':
      return halvesAs(entry.kind, entry)
    case 'integer':
      return `${entry.bits}-bit integers, ${entry.coding}, ${formatExactBytes(entry.bytes)}`
    case 'codebook':
      return `${2 ** entry.bits} shared weights, ${entry.coding}, ${formatExactBytes(entry.bytes)}`
    case 'low-rank':
      return halvesAs(`${entry.unfolding} factors of rank ${entry.rank}`, entry)
    case 'sparse': {
      const { stored, positions, values } = entry
      const precision = values.kind === 'float16' ? 'float16' : `${values.bits}-bit`
      return `${formatCount(stored)} ${precision} weights, positions as ${positions.kind}, ${formatExactBytes(positions.bytes)}`
    }
    default:
      return assertNever(entry)
  }
}

/** `what`, and how its halves are stored. */
function halvesAs(what: string, { bytes }: { readonly bytes?: number }): string {
  return bytes === undefined ? what : `${what}, entropy, ${formatExactBytes(bytes)}`
}

function fraction({ correct, total }: { readonly correct: number; readonly total: number }): string {
  return formatPercent(correct / Math.max(1, total))
}
