/**
 * Where the images of a folder lie, by names alone: which folders are wrappers, which are splits, which are classes. What
 * is no class folder gets its label from a list beside the images (`label-sources.ts`).
 */
import { splitNames, type SplitName } from '#shared/protocol/records.ts'
import { splitNamed, splitWithin } from '../image-set/split-names.ts'
import { imagesBelow, pathIn, type Folder } from './folder-tree.ts'

export interface PlacedImage {
  /** Below the folder that was given, with slashes. */
  readonly name: string
  readonly given: SplitName | undefined
  /** The folder that says its class. */
  readonly className?: string
}

export interface FolderLayout {
  /** From the folder that was given down to the one that holds splits or classes: lists may lie in any. */
  readonly trail: readonly Folder[]
  /** The folders of splits, with any wrapper in them. */
  readonly splitFolders: readonly { readonly split: SplitName; readonly trail: readonly Folder[] }[]
  readonly images: readonly PlacedImage[]
  /** Images that lie in no folder of a split, where there are such folders. */
  readonly outside: readonly string[]
  /** Folders of a class, in any split, without an image. */
  readonly emptyClasses: readonly string[]
  /** How the splits are known; undefined where there are none. */
  readonly splitsFrom?: string
}

/** A folder inside a split or a class that only keeps the images together. */
const containerNames = /^(images?|imgs?|jpe?gs?|png|jpegimages|pictures?|photos?|data|all|unknown)$/i

export function folderLayout(root: Folder): FolderLayout {
  const trail = unwrapped([root], ({ name }) => splitNamed(name) === undefined)
  const base = trail.at(-1) ?? root
  const splits = splitFoldersOf(base)
  if (splits.length > 0) return bySplitFolders(trail, splits)
  const { images, emptyClasses } = classesIn(base, undefined)
  const inner = splitsInClasses(base)
  if (inner === undefined) return { trail, splitFolders: [], images, outside: [], emptyClasses }
  return { ...inner, trail, splitFolders: [], outside: [], emptyClasses }
}

/** Names of the folders of classes in all splits, with those that hold no image. */
export function classFoldersOf({ images, emptyClasses }: FolderLayout): readonly string[] {
  const withImages = images.map(({ className }) => className).filter((name) => name !== undefined)
  return [...new Set([...withImages, ...emptyClasses])]
}

interface SplitFolder {
  readonly split: SplitName
  readonly folder: Folder
}

function bySplitFolders(trail: readonly Folder[], splits: readonly SplitFolder[]): FolderLayout {
  const parts = splits.map(({ split, folder }) => {
    const inner = unwrapped([folder], (only) => isOfSplit(only, split) && !isContainer(only, split))
    return { split, trail: inner, ...classesIn(inner.at(-1) ?? folder, split) }
  })
  const taken = new Set(splits.map(({ folder }) => folder))
  const base = trail.at(-1)
  const others = base?.folders.filter((folder) => !taken.has(folder)) ?? []
  return {
    trail,
    splitFolders: parts,
    images: parts.flatMap(({ images }) => images),
    outside: [...(base?.images.map((name) => pathIn(base, name)) ?? []), ...others.flatMap(imagesBelow)],
    emptyClasses: parts.flatMap(({ emptyClasses }) => emptyClasses),
    splitsFrom: inOrder(splits),
  }
}

/** Goes down while one folder, which holds no image itself, has all images. */
function unwrapped(trail: readonly Folder[], isWrapper: (only: Folder) => boolean): readonly Folder[] {
  const here = trail.at(-1)
  if (here === undefined || here.images.length > 0) return trail
  const [only, another] = here.folders.filter(hasImages)
  // An empty folder beside it was kept on purpose: then both are classes.
  if (only === undefined || another !== undefined || here.folders.some(({ isBare }) => isBare)) return trail
  if (only.images.length > 0 || !isWrapper(only)) return trail
  return unwrapped([...trail, only], isWrapper)
}

/**
 * The folders of `base` that are splits. A class may be called `train`, so one of them must hold folders, or nothing else
 * may lie beside them. Names that say more (`seg_train`) count when all folders of classes have such a name.
 */
function splitFoldersOf(base: Folder): readonly SplitFolder[] {
  const folders = base.folders.filter(hasImages)
  const named = splitsAmong(folders, splitNamed)
  const hasStructure = ({ folder }: SplitFolder) => folder.folders.some(hasImages)
  if (named.some(hasStructure) || named.length === folders.length) return named
  const structured = folders.filter(({ folders: inner }) => inner.some(hasImages))
  const within = splitsAmong(folders, splitWithin)
  return structured.length > 0 && within.filter(hasStructure).length === structured.length ? within : []
}

function splitsAmong(
  folders: readonly Folder[],
  splitOf: (name: string) => SplitName | undefined,
): readonly SplitFolder[] {
  return folders.flatMap((folder) => {
    const split = splitOf(folder.name)
    return split === undefined ? [] : [{ split, folder }]
  })
}

function classesIn(
  folder: Folder,
  given: SplitName | undefined,
): { readonly images: readonly PlacedImage[]; readonly emptyClasses: readonly string[] } {
  const own = folder.images.map((name) => ({ name: pathIn(folder, name), given }))
  const withImages = folder.folders.filter(hasImages)
  const bare = folder.folders.filter(({ name, isBare }) => isBare && splitNamed(name) === undefined)
  if (isContainer(folder, given) && bare.length === 0) {
    const images = [...own, ...withImages.flatMap(imagesBelow).map((name) => ({ name, given }))]
    return { images, emptyClasses: [] }
  }
  const inClasses = withImages.flatMap((inner) =>
    imagesBelow(inner).map((name) => ({ name, given, className: inner.name })),
  )
  return { images: [...own, ...inClasses], emptyClasses: bare.map(({ name }) => name) }
}

/** Class folders that hold nothing but folders of splits. */
function splitsInClasses(base: Folder): Pick<FolderLayout, 'images' | 'splitsFrom'> | undefined {
  const classes = base.folders.filter(hasImages)
  const isSplit = (folder: Folder) =>
    folder.images.length === 0 && folder.folders.filter(hasImages).every(({ name }) => splitNamed(name) !== undefined)
  if (base.images.length > 0 || classes.length === 0 || !classes.every(isSplit)) return undefined
  const splits = classes.flatMap(({ name: className, folders }) =>
    splitsAmong(folders.filter(hasImages), splitNamed).map((split) => ({ ...split, className })),
  )
  return {
    splitsFrom: `${inOrder(splits)} in the folder of each class`,
    images: splits.flatMap(({ split, folder, className }) =>
      imagesBelow(folder).map((name) => ({ name, given: split, className })),
    ),
  }
}

/** `train, val, test` */
function inOrder(splits: readonly SplitFolder[]): string {
  const names = splitNames.flatMap((name) =>
    splits.filter(({ split }) => split === name).map(({ folder }) => folder.name),
  )
  return [...new Set(names)].join(', ')
}

/** Whether a folder has its images in a single one that only keeps them together, as `images` or as `test/test` does. */
function isContainer({ folders }: Folder, split: SplitName | undefined): boolean {
  const [only, another] = folders.filter(hasImages)
  if (only === undefined || another !== undefined || only.images.length === 0) return false
  return containerNames.test(only.name) || (split !== undefined && splitNamed(only.name) === split)
}

function isOfSplit({ name }: Folder, split: SplitName): boolean {
  return (splitNamed(name) ?? split) === split
}

function hasImages({ imageCount }: Folder): boolean {
  return imageCount > 0
}
