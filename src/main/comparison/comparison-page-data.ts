/** All that the page of a comparison shows. */
import type { CommandInput } from '#shared/protocol/contract.ts'
import type { DatasetImages } from '#shared/protocol/commands/datasets.ts'
import type { Comparison, Flip, Flips } from '#shared/measures/comparison.ts'
import { measuredRows, type MeasuredRow } from '#shared/measures/compared-rows.ts'
import { baseKeyOf } from '#shared/measures/paired-differences.ts'
import { pictureUrl } from '../export/picture-url.ts'
import { flipsOf } from './compare-answers.ts'
import type { ComparisonSources } from './measured-subject.ts'

/** So many pictures say what kind of images flipped, and the page can still be mailed. */
const mostPictures = 60

export interface FlipPictures {
  readonly base: MeasuredRow
  readonly row: MeasuredRow
  readonly found: Flips
  /** The surest mistakes first. */
  readonly shown: readonly { readonly flip: Flip; readonly url: string }[]
}

export interface ComparisonPageData {
  readonly comparison: Comparison
  readonly rows: readonly MeasuredRow[]
  readonly baseKey: string
  readonly flips: readonly FlipPictures[]
  readonly madeAt: string
  /** Of the studio and what had a part. */
  readonly versions: Readonly<Record<string, string>>
}

type ReadImages = (input: CommandInput<'datasets.images'>) => Promise<DatasetImages>

/** The images that flipped against the base, shared fairly among the experiments. */
export async function flipPictures(
  sources: ComparisonSources,
  images: ReadImages,
  { comparison, baseKey }: Pick<ComparisonPageData, 'comparison' | 'baseKey'>,
): Promise<readonly FlipPictures[]> {
  const { split } = comparison
  const rows = measuredRows(comparison)
  const byKey = new Map(rows.map((row) => [row.key, row]))
  const pairs = rows.flatMap((row) => {
    const base = byKey.get(baseKeyOf(row, baseKey) ?? '')
    const isComparable = base?.accuracy !== undefined && row.accuracy !== undefined && base.datasetId === row.datasetId
    return isComparable && !row.isOriginal ? [{ base, row }] : []
  })
  const each = Math.floor(mostPictures / Math.max(1, pairs.length))
  const pictures: FlipPictures[] = []
  for (const { base, row } of pairs) {
    const found = await flipsOf(sources, { first: base.subject, second: row.subject, split })
    const surest = found.flips.toSorted((one, other) => sureness(other) - sureness(one)).slice(0, each)
    const shown: { flip: Flip; url: string }[] = []
    if (surest.length > 0) {
      const read = await images({ id: found.datasetId, split, indices: surest.map(({ image }) => image) })
      for (const [index, flip] of surest.entries()) shown.push({ flip, url: pictureUrl(read, index) })
    }
    pictures.push({ base, row, found, shown })
  }
  return pictures
}

/** How sure the one that was wrong was. */
function sureness({ first, second, label }: Flip): number {
  return (first.classIndex === label ? second.confidence : first.confidence) ?? 0
}
