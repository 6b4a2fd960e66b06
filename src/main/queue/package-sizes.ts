import { packageBytes } from '#formats/nern-package/package-bytes.ts'
import type { PackageFile } from '#formats/nern-package/reader.ts'
import type { StoredEntry } from '#shared/package-description.ts'
import { sizesOfParts, type NetworkShape, type RemainderGroup, type SizeBreakdown } from '#shared/accounting.ts'
import type { CompressConfig } from '#shared/experiment-config.ts'

/** The measured bytes of a package, part by part; they add up to the size of its file. */
export function packageSizes(file: PackageFile, network: NetworkShape, config: CompressConfig): SizeBreakdown {
  const { predictor, kept, permutation } = file.description
  const bytes = packageBytes(file)
  const groups = new Map(network.remainder.map(({ name, group }) => [name, group]))
  const keptPart = (part: RemainderGroup) => {
    const isOfPart = ({ name }: { readonly name: string }): boolean => (groups.get(name) ?? 'other') === part
    const values = bytes.kept.filter(isOfPart)
    const elements = values.reduce((sum, entry) => sum + entry.elements, 0)
    return {
      part,
      bytes: values.reduce((sum, entry) => sum + entry.bytes, 0),
      detail: describe(elements, 'values', kept.filter(isOfPart)),
    }
  }
  const parameters = predictor.tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  return sizesOfParts(network, config, [
    { part: 'predictor', bytes: bytes.predictor, detail: describe(parameters, 'parameters', predictor.tensors) },
    {
      part: 'permutation',
      bytes: bytes.orders,
      detail: permutation === 'none' ? 'none' : `${permutation}, range coded`,
    },
    keptPart('batch-norm'),
    keptPart('linear'),
    keptPart('other'),
    { part: 'header', bytes: bytes.header, detail: 'description and tensor table' },
  ])
}

/** `117,289 parameters, 4-bit entropy coded and float16` */
function describe(count: number, what: string, entries: readonly StoredEntry[]): string {
  const kinds = entries.map((entry) => (entry.kind === 'integer' ? `${entry.bits}-bit ${entry.coding}` : entry.kind))
  const distinct = [...new Set(kinds)]
  return [`${count.toLocaleString('en')} ${what}`, ...(distinct.length === 0 ? [] : [distinct.join(' and ')])].join(
    ', ',
  )
}
