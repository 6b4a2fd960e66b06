/** Finds the images of a folder, and the class and split of each. Reads names and lists, no image. */
import { basename } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import { fileError, type NamedFile } from '../file-error.ts'
import type { FoundSet } from '../image-set/found-set.ts'
import type { SkippedList } from '../image-set/skipped.ts'
import { classSpaceOf } from './class-space.ts'
import { isForeignImage, othersBelow, type Folder } from './folder-tree.ts'
import { labelAgreement } from './label-agreement.ts'
import { isTable } from './label-sources.ts'
import { readLabels, type Labels } from './labels.ts'
import { classFoldersOf, folderLayout } from './layout.ts'
import { placeImages } from './place-images.ts'
import { depthNotes, describeLayout, notesOf } from './plan-notes.ts'
import { readClasses } from './read-classes.ts'

const remedy =
  'Give a folder with one folder of images a class, or with train and val folders of such, or with images and a ' +
  'labels.csv that names the file and the class of each.'

/**
 * @param tree of `root`, and what was left out as it was read
 * Throws `dataset-invalid` when no layout is recognised, `file-unreadable`, `file-unsafe` for too many files.
 */
export async function findImages(root: string, tree: Folder, skipped: SkippedList): Promise<FoundSet> {
  const source = { name: basename(root) }
  if (tree.imageCount === 0) {
    throw fileError(source, 'dataset-invalid', 'expected JPEG, PNG or WebP images, found none', 'list of files', remedy)
  }
  const layout = folderLayout(tree)
  const classes = await readClasses(root, layout)
  const labels = await readLabels(root, tree, layout, classes.list)
  const space = classSpaceOf(source, {
    list: classes.list,
    words: classes.words,
    folders: labels.isByFolders ? classFoldersOf(layout) : [],
    rows: labels.sources.flatMap(({ rows }) => rows),
    isByIndex: labels.sources.some(({ isByIndex }) => isByIndex),
  })
  const placed = placeImages(root, layout, labels, space, skipped)
  if (placed.images.length === 0) throw nothingFound(source, labels, skipped)
  skipOthers(tree, labels, new Set([...classes.files, ...labels.sources.map(({ file }) => file)]), skipped)
  const agreement = await labelAgreement(root, layout, labels)
  return {
    layout: describeLayout(layout, labels),
    classNames: space.names,
    images: placed.images,
    unlabelledImages: placed.unlabelledTests,
    seenImages: tree.imageCount + othersBelow(tree).filter(isForeignImage).length,
    notes: [
      ...notesOf(layout, labels, classes, space, placed),
      ...agreement.notes,
      ...(await depthNotes(root, placed.images)),
    ],
    oddities: agreement.oddities,
    skipped: skipped.value,
  }
}

/** Names every other file, and of a table why it was not used. */
function skipOthers(tree: Folder, labels: Labels, used: ReadonlySet<string>, skipped: SkippedList): void {
  for (const file of othersBelow(tree)) {
    if (used.has(file)) continue
    const detail = isTable(file) ? whyNotUsed(labels, file) : 'no JPEG, PNG or WebP image by its name'
    skipped.add({ file, reason: 'unsupported', detail })
  }
}

function whyNotUsed({ why, isByFolders }: Labels, file: string): string {
  const refusal = why.get(file)
  if (refusal !== undefined) return refusal.message
  return isByFolders
    ? 'not needed: the folders say the classes'
    : 'not needed: it names none of the images that have no class'
}

/** A table that could not be read says more than the images that wanted it. */
function nothingFound(source: NamedFile, { why, isByFolders }: Labels, skipped: SkippedList): AppException {
  const table = [...why].find(([file]) => isTable(file))
  if (table !== undefined) return new AppException(table[1])
  const [first] = skipped.value.files
  const problem =
    isByFolders && first !== undefined
      ? `expected images of known classes, found none (${first.file}: ${first.detail})`
      : 'expected a folder a class, found none with images'
  return fileError(source, 'dataset-invalid', problem, 'folders', remedy)
}
