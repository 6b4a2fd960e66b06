import { createHash } from 'node:crypto'
import { openImageCache } from '#formats/image-cache/reader.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { splitNames, type DatasetRecord } from '#shared/protocol/records.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SetCase } from './files.ts'
import type { OracleStudio } from './studio.ts'

/** Of the images as they are made: the studio is to leave them as they are. */
const setSide = 32

export interface SetResult {
  readonly set: SetCase
  readonly images: number
  /** Images of the set that the studio has not, or has otherwise; undefined where the import failed. */
  readonly differing?: number
  readonly problem?: string
}

/** Imports a data set and compares every label and pixel. */
export async function compareSet(studio: OracleStudio, store: string, set: SetCase, name: string): Promise<SetResult> {
  const images = Object.values(set.expected).reduce((total, rows) => total + rows.length, 0)
  try {
    const record = studio.run([
      'dataset',
      'import',
      set.path,
      '--size',
      String(setSide),
      '--name',
      name,
    ]) as DatasetRecord
    const found = await contentOf(datasetPath(storeLayout(store), record.sha256))
    let differing = 0
    for (const split of splitNames) differing += differences(set.expected[split] ?? [], found[split] ?? [])
    return { set, images, differing }
  } catch (thrown) {
    return { set, images, problem: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

/** By split, as the list has it. */
async function contentOf(folder: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const cache = unwrap(await openImageCache(folder))
  try {
    const content: Record<string, readonly string[]> = {}
    for (const split of splitNames) {
      const { images, labels } = unwrap(await cache.loadSplit(split))
      const bytes = 3 * setSide * setSide
      const digest = (i: number) =>
        createHash('sha256')
          .update(images.subarray(i * bytes, (i + 1) * bytes))
          .digest('hex')
      content[split] = Array.from(labels, (label, i) => `${label} ${digest(i)}`)
    }
    return content
  } finally {
    await cache.close()
  }
}

/** Entries of either list that the other lacks, counted as often as they occur. */
function differences(expected: readonly string[], found: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const row of expected) counts.set(row, (counts.get(row) ?? 0) + 1)
  for (const row of found) counts.set(row, (counts.get(row) ?? 0) - 1)
  return [...counts.values()].reduce((total, count) => total + Math.abs(count), 0)
}
