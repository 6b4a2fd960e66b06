import { baselineBytes, openBaselinePackage } from '#formats/baseline-package/reader.ts'
import { packageBytes, type TensorBytes } from '#formats/nern-package/package-bytes.ts'
import { openPackage } from '#formats/nern-package/reader.ts'
import { openSpectralPackage, spectralBytes } from '#formats/spectral-package/reader.ts'
import type { Network } from '#networks/network.ts'
import { networkShape } from '#networks/network-shape.ts'
import { compressionSizes, shapeUnder } from '#shared/methods/nern/accounting.ts'
import { sizesOfParts, type NetworkShape, type SizeBreakdown, type SizePart } from '#shared/package/accounting.ts'
import type { LayerEntry } from '#shared/package/baseline-description.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { PredictorEntry, StoredEntry, StoredValues } from '#shared/package/package-description.ts'
import { assertNever, unwrap } from '#shared/basics/result.ts'

/** The measured bytes of a package, part by part; they add up to the size of its file. Errors: `file-corrupt`. */
export function packageSizes(written: Uint8Array, original: Network, config: CompressConfig): SizeBreakdown {
  const file = unwrap(openPackage(written, 'package'))
  const network = shapeUnder(networkShape(original), config.representation)
  const { predictor, kept, permutation } = file.description
  const bytes = packageBytes(file)
  return compressionSizes(network, config, [
    {
      part: 'predictor',
      bytes: bytes.predictor,
      detail: describePredictor(predictor.tensors),
    },
    {
      part: 'permutation',
      bytes: bytes.orders,
      detail: permutation === 'none' ? 'none' : `${permutation}, range coded`,
    },
    ...keptParts(network, bytes.kept, kept),
    headerPart(bytes.header),
  ])
}

/** The same of a baseline's package. */
export function baselinePackageSizes(written: Uint8Array, original: Network): SizeBreakdown {
  const file = unwrap(openBaselinePackage(written, 'package'))
  const network = networkShape(original)
  const { layers, kept } = file.description
  const bytes = baselineBytes(file)
  return sizesOfParts(network, [
    { part: 'kernels', bytes: bytes.layers, detail: describe(elementsOf(layers), 'weights', layers.map(kindOf)) },
    ...keptParts(network, bytes.kept, kept),
    headerPart(bytes.header),
  ])
}

/** The same of a spectral package; what its layers have beside their codes stands for the batch norms they took in. */
export function spectralPackageSizes(written: Uint8Array, original: Network): SizeBreakdown {
  const file = unwrap(openSpectralPackage(written, 'package'))
  const network = networkShape(original)
  const { layers, kept } = file.description
  const bytes = unwrap(spectralBytes(file, 'package'))
  const weights = `${elementsOf(layers).toLocaleString('en')} weights, entropy coded`
  const beside = 'gains, steps and biases, entropy coded'
  return sizesOfParts(network, [
    { part: 'kernels', bytes: bytes.kernels, detail: weights },
    ...keptParts(network, bytes.kept, kept).map((part) =>
      part.part === 'batch-norm' ? { ...part, bytes: part.bytes + bytes.side, detail: beside } : part,
    ),
    headerPart(bytes.header),
  ])
}

function keptParts(
  network: NetworkShape,
  bytes: readonly TensorBytes[],
  entries: readonly StoredEntry[],
): readonly SizePart[] {
  const groups = new Map(network.remainder.map(({ name, group }) => [name, group]))
  return (['batch-norm', 'linear', 'other'] as const).map((part) => {
    const isOfPart = ({ name }: { readonly name: string }): boolean => (groups.get(name) ?? 'other') === part
    const values = bytes.filter(isOfPart)
    const elements = values.reduce((sum, entry) => sum + entry.elements, 0)
    return {
      part,
      bytes: values.reduce((sum, entry) => sum + entry.bytes, 0),
      detail: describe(elements, 'values', entries.filter(isOfPart).map(kindOf)),
    }
  })
}

function headerPart(bytes: number): SizePart {
  return { part: 'header', bytes, detail: 'description and tensor table' }
}

function elementsOf(entries: readonly { readonly shape: readonly number[] }[]): number {
  return entries.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

function describePredictor(entries: readonly PredictorEntry[]): string {
  const zeros = entries.reduce(
    (sum, entry) => sum + (entry.kind === 'sparse' ? sizeOf(entry.shape) - entry.positions.kept : 0),
    0,
  )
  const kinds = entries.map((entry) => (entry.kind === 'sparse' ? withoutZeros(kindOf(entry.values)) : kindOf(entry)))
  const what = zeros === 0 ? 'parameters' : `parameters, ${zeros.toLocaleString('en')} of them zero`
  return describe(elementsOf(entries), what, kinds)
}

/** `117,289 parameters, 4-bit and float16, entropy coded`: those of them that are shorter so. */
function describe(count: number, what: string, kinds: readonly Kind[]): string {
  const names = new Set(kinds.map(({ name }) => name))
  return [
    `${count.toLocaleString('en')} ${what}`,
    ...(names.size === 0 ? [] : [[...names].join(' and ')]),
    ...(kinds.some(({ isCoded }) => isCoded) ? ['entropy coded'] : []),
  ].join(', ')
}

function withoutZeros({ name, isCoded }: Kind): Kind {
  return { name: `without zeros, ${name}`, isCoded }
}

interface Kind {
  readonly name: string
  /** Whether an entropy code holds it. */
  readonly isCoded: boolean
}

function kindOf(entry: StoredValues | LayerEntry): Kind {
  switch (entry.kind) {
    case 'float32':
      return { name: entry.kind, isCoded: false }
    case 'float16':
      return { name: entry.kind, isCoded: hasCodedHalves(entry) }
    case 'integer':
      return { name: `${entry.bits}-bit`, isCoded: entry.coding !== 'packed' }
    case 'codebook':
      return { name: `${2 ** entry.bits} shared`, isCoded: entry.coding === 'entropy' }
    case 'low-rank':
      return { name: 'float16 factors', isCoded: hasCodedHalves(entry) }
    case 'sparse': {
      const values = kindOf(entry.values)
      return { name: `sparse ${values.name}`, isCoded: values.isCoded }
    }
    default:
      return assertNever(entry)
  }
}

function hasCodedHalves({ bytes }: { readonly bytes?: number }): boolean {
  return bytes !== undefined
}
