/** Whether a table beside folders of classes says the same as the folders, which were taken. */
import type { Oddity } from '#shared/dataset/dataset-plan.ts'
import { formatCount } from '#shared/basics/format.ts'
import { ok } from '#shared/basics/result.ts'
import { asResult } from '../file-error.ts'
import { isTable, readLabelSources, type LabelSource } from './label-sources.ts'
import type { Labels } from './labels.ts'
import type { FolderLayout } from './layout.ts'

interface Agreement {
  readonly notes: readonly string[]
  readonly oddities: readonly Oddity[]
}

/**
 * Compares every table whose header names a file and a class with the folders. Images in folders of parts, or by year, have
 * their classes in such a table and nowhere else: then most labels differ, which is odd.
 */
export async function labelAgreement(root: string, layout: FolderLayout, labels: Labels): Promise<Agreement> {
  const images = layout.images.filter(({ className }) => className !== undefined)
  if (!labels.isByFolders || images.length === 0) return { notes: [], oddities: [] }
  // A table that cannot tell two images apart says nothing of them; the folders do.
  const read = await asResult(async () => ok(await readLabelSources(root, layout, images, true)))
  if (!read.ok) return { notes: [], oddities: [] }
  const sources = read.value.sources.filter(({ file }) => isTable(file))
  const notes: string[] = []
  const oddities: Oddity[] = []
  for (const source of sources) {
    const total = source.taken.size
    const differing = total - agreeing(source)
    if (differing === 0) continue
    const text = `${source.file} says another class of ${formatCount(differing)} of ${formatCount(total)} images than their folders, which were taken.`
    if (differing * 2 < total || total * 2 < images.length) notes.push(text)
    else oddities.push({ code: 'labels-disagree', text })
  }
  return { notes, oddities }
}

/** Images whose label is the commonest of their folder, which is the commonest of that label: names may differ. */
function agreeing({ taken }: LabelSource): number {
  const pairs = [...taken].map(([image, row]): Pair => [image.className ?? '', row.label])
  const labelOf = commonest(pairs)
  const folderOf = commonest(pairs.map(([folder, label]): Pair => [label, folder]))
  return pairs.filter(([folder, label]) => labelOf.get(folder) === label && folderOf.get(label) === folder).length
}

type Pair = readonly [key: string, value: string]

/** The value that stands most often with each key. */
function commonest(pairs: readonly Pair[]): ReadonlyMap<string, string> {
  const counts = new Map<string, Map<string, number>>()
  for (const [key, value] of pairs) {
    const values = counts.get(key) ?? new Map<string, number>()
    values.set(value, (values.get(value) ?? 0) + 1)
    counts.set(key, values)
  }
  return new Map(
    [...counts].map(([key, values]) => [key, [...values].reduce((most, each) => (each[1] > most[1] ? each : most))[0]]),
  )
}
