import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AppException } from '#shared/basics/result.ts'
import { writeDurably } from '../files/durable-files.ts'
import type { StoreLayout } from './layout.ts'

const FORMAT = 'nern-studio-store'
const MARK_VERSION = 1

const markSchema = z.object({
  format: z.literal(FORMAT),
  version: z.int(),
  /** Of this store, drawn when it was made. */
  id: z.string(),
  /** False until the database was made: from then on a store without one is damaged, and never new. */
  hasDatabase: z.boolean(),
  /** While a store is copied into the folder: until the copy is whole it is no store. */
  isUnfinishedCopy: z.boolean().optional(),
})
export type StoreMark = Readonly<z.infer<typeof markSchema>>

/** The first thing written into a folder that becomes a store. */
export function newMark(): StoreMark {
  return { format: FORMAT, version: MARK_VERSION, id: randomUUID(), hasDatabase: false }
}

export function writeMark(layout: StoreLayout, mark: StoreMark): void {
  writeDurably(layout.mark, `${JSON.stringify(mark)}\n`)
}

/** Undefined where there is none, or one nobody can read. Throws `store-newer` for one of a newer studio. */
export function readMark(layout: StoreLayout): StoreMark | undefined {
  let mark: StoreMark
  try {
    mark = markSchema.parse(JSON.parse(readFileSync(layout.mark, 'utf8')))
  } catch {
    // What else lies in the folder then says whether it is a store; if it is, it gets a new mark.
    return undefined
  }
  if (mark.version <= MARK_VERSION) return mark
  throw new AppException({
    code: 'store-newer',
    message: `The store has format ${mark.version}, this studio knows formats up to ${MARK_VERSION}.`,
    where: layout.folder,
    remedy: 'Update the studio, or use another store (--store DIR). Nothing was changed.',
  })
}
