/** What was understood of a folder of images, in sentences. */
import { basename, join } from 'node:path'
import { formatAmount, formatFirst } from '#shared/basics/format.ts'
import { quoted } from '../file-error.ts'
import { isAlphabetical } from '../image-set/class-list.ts'
import type { ClassSpace } from './class-space.ts'
import type { ImageFile } from './image-file.ts'
import type { Labels } from './labels.ts'
import type { FolderLayout } from './layout.ts'
import type { PlacedImages } from './place-images.ts'
import { firstDeepPng } from '../image-decoder/png-depth.ts'
import type { Classes } from './read-classes.ts'

/** Named one by one in a sentence. */
const MAX_NAMED = 5

/** How classes and splits were decided; a part of a sentence. */
export function describeLayout({ splitsFrom }: FolderLayout, { isByFolders, sources }: Labels): string {
  const lists =
    sources.length === 0
      ? undefined
      : `classes from ${formatFirst(
          sources.map(({ file }) => file),
          MAX_NAMED,
        )}`
  const parts = [isByFolders ? 'a folder a class' : undefined, lists, splitsFrom && `splits from ${splitsFrom}`]
  return parts.filter((part) => part !== undefined).join(', ')
}

export function notesOf(
  layout: FolderLayout,
  labels: Labels,
  classes: Classes,
  space: ClassSpace,
  { images, unlabelledTests }: PlacedImages,
): readonly string[] {
  const base = layout.trail.at(-1)?.path ?? ''
  const present = new Set(images.map(({ classIndex }) => classIndex))
  const empty = layout.emptyClasses.filter((name) => {
    const index = space.ofFolder(name)
    return index !== undefined && !present.has(index)
  })
  const notes = [
    base === '' ? undefined : `The images were found further down, in ${base}.`,
    orderNote(classes),
    ...space.notes,
    emptyNote([...new Set(empty)]),
    unlabelledTests === 0
      ? undefined
      : `Left out for want of labels, as usual in a contest: ${formatAmount(unlabelledTests, 'test image')}.`,
    ...labels.sources.map(({ file, untaken }) =>
      untaken === 0 ? undefined : `Named in ${file}, but not there: ${formatAmount(untaken, 'file')}.`,
    ),
  ]
  return notes.filter((note) => note !== undefined)
}

/** Says how images of 16 bits a channel are scaled, if the first of a class is one. */
export async function depthNotes(root: string, images: readonly ImageFile[]): Promise<readonly string[]> {
  const firstOf = new Map<number, string>()
  for (const { name, classIndex } of images) {
    if (/\.png$/i.test(name) && !firstOf.has(classIndex)) firstOf.set(classIndex, name)
  }
  const deep = await firstDeepPng([...firstOf.values()].map((name) => join(root, name)))
  if (deep === undefined) return []
  const name = basename(deep)
  return [
    `PNG images of 16 bits a channel, such as ${name}, are scaled to 8 bits: each value divided by 256, rounded down.`,
  ]
}

function orderNote({ list, listFile }: Classes): string | undefined {
  if (list === undefined || listFile === undefined) return undefined
  const order = `The classes stand in the order of ${listFile}`
  if (isAlphabetical(list)) return `${order}.`
  return `${order}, which is not alphabetical: take it away for a network whose classes are (torchvision's ImageFolder).`
}

function emptyNote(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  return `Without images, but kept as ${names.length === 1 ? 'a class' : 'classes'}: ${formatFirst(names.map(quoted), MAX_NAMED)}.`
}
