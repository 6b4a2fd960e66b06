/** Who says the class of each image: the folder it lies in, or a list beside it. */
import type { AppError } from '#shared/basics/result.ts'
import type { ClassList } from '../image-set/class-list.ts'
import type { Folder } from './folder-tree.ts'
import { readLabelSources, type LabelSource } from './label-sources.ts'
import { classFoldersOf, type FolderLayout, type PlacedImage } from './layout.ts'
import { readCub, readGroundTruth } from './special-lists.ts'

export interface Labels {
  /** Whether the folder says the class of an image in which no list says one. */
  readonly isByFolders: boolean
  readonly sources: readonly LabelSource[]
  /** Of lists that cannot be read as labels, why. */
  readonly why: ReadonlyMap<string, AppError>
}

/**
 * Folders of classes go before any list; lists say the classes of the images that lie in none. A single folder is one of
 * a class only where no list says the classes of its images.
 */
export async function readLabels(
  root: string,
  tree: Folder,
  layout: FolderLayout,
  classes: ClassList | undefined,
): Promise<Labels> {
  const cub = await readCub(root, layout)
  if (cub !== undefined) return { isByFolders: false, sources: [cub], why: new Map() }
  const folders = classFoldersOf(layout).filter((name) => classes?.indexOf.has(name) ?? true)
  const isByFolders = folders.length > (classes === undefined ? 1 : 0)
  const unlabelled = layout.images.filter(({ className }) => !isByFolders || className === undefined)
  const { sources, why } = await readLabelSources(root, layout, unlabelled, isByFolders || classes !== undefined)
  const left = unlabelled.filter((image) => sources.every(({ taken }) => !taken.has(image)))
  const truth = await readGroundTruth(root, tree, left, classes)
  const all = truth === undefined ? sources : [...sources, truth]
  const hasFolders = classFoldersOf(layout).length > 0
  return { isByFolders: isByFolders || (all.length === 0 && hasFolders), sources: all, why }
}

/** What a list says of an image, and which. */
export function labelOf({ sources }: Labels, image: PlacedImage) {
  for (const source of sources) {
    const row = source.taken.get(image)
    if (row !== undefined) return { source, row }
  }
  return undefined
}
