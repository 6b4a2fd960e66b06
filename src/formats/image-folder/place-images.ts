import type { SplitName } from '#shared/protocol/records.ts'
import { quoted } from '../file-error.ts'
import type { SkippedList } from '../image-set/skipped.ts'
import type { ClassSpace } from './class-space.ts'
import { ImageFile } from './image-file.ts'
import { labelOf, type Labels } from './labels.ts'
import type { FolderLayout, PlacedImage } from './layout.ts'

export interface PlacedImages {
  /** Sorted by name. */
  readonly images: readonly ImageFile[]
  /** Images for testing that have no label because none of them has one. */
  readonly unlabelledTests: number
}

/** Gives every image its class and its split; what has no class joins `skipped`. */
export function placeImages(
  root: string,
  layout: FolderLayout,
  labels: Labels,
  space: ClassSpace,
  skipped: SkippedList,
): PlacedImages {
  const images: ImageFile[] = []
  const unlabelled: PlacedImage[] = []
  const leaveOut = (file: string, detail: string) => skipped.add({ file, reason: 'mislabelled', detail })
  for (const line of labels.sources.flatMap(({ unusable }) => unusable)) skipped.add(line)
  for (const name of layout.outside) leaveOut(name, 'it lies in no folder of a split')
  for (const image of layout.images) {
    const { name, className } = image
    const label = labelOf(labels, image)
    if (label !== undefined) {
      const { row, source } = label
      const index = space.ofLabel(row.label)
      const given = image.given ?? row.given ?? source.given
      if (index !== undefined) images.push(new ImageFile(root, name, index, given))
      else leaveOut(name, `${source.file}, line ${row.line}: ${quoted(row.label)} is no class`)
    } else if (labels.isByFolders && className !== undefined) {
      const index = space.ofFolder(className)
      if (index !== undefined) images.push(new ImageFile(root, name, index, image.given))
      else leaveOut(name, `folder ${quoted(className)} is no class of the list`)
    } else {
      unlabelled.push(image)
      leaveOut(name, unlabelledDetail(labels, image.given))
    }
  }
  const withSplit = sameKind(images, leaveOut)
  const isLabelled = (split: SplitName) => withSplit.some(({ given }) => given === split)
  return {
    images: withSplit.sort((left, right) => (left.name < right.name ? -1 : 1)),
    unlabelledTests: isLabelled('test') ? 0 : unlabelled.filter(({ given }) => given === 'test').length,
  }
}

/** Where some images came in a split, the others came in none and are left out. */
function sameKind(images: readonly ImageFile[], leaveOut: (file: string, detail: string) => void): ImageFile[] {
  const inSplit = images.filter(({ given }) => given !== undefined)
  if (inSplit.length === 0) return [...images]
  for (const { name, given } of images) if (given === undefined) leaveOut(name, 'it is in no split, as others are')
  return inSplit
}

function unlabelledDetail({ sources }: Labels, split: SplitName | undefined): string {
  const lists = sources.filter(({ given }) => given === undefined || given === split).map(({ file }) => file)
  if (lists.length === 0) return 'it lies in no folder of a class'
  return lists.length === 1 ? `${lists.join()} does not name it` : `none of ${lists.join(', ')} names it`
}
