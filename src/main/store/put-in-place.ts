/**
 * Putting another database in the place of a damaged one. A kill at any moment leads to the same end: before the commit
 * point nothing has changed, after it the next opening goes on. Nothing is deleted: what was there, with its log, is set
 * aside together, so that an old log is never applied to the new database.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { copyDurably, renameDurably } from '../files/durable-files.ts'
import type { StoreLayout } from './layout.ts'

const PENDING = 'studio.sqlite.next-'

/** Told what is about to happen; tests end it there. */
type OnStep = (step: string) => void

/**
 * Makes a copy of `source` the database of a store that nobody has open; returns the folder in which the old one lies.
 * `now` is ISO 8601.
 */
export function putInPlace(layout: StoreLayout, source: string, now: string, onStep: OnStep = () => {}): string {
  const label = freeLabel(layout, now.replaceAll(/[:.]/g, '-'))
  const pending = join(layout.folder, PENDING + label)
  const temporary = `${pending}.part`
  onStep('copy')
  copyDurably(source, temporary)
  onStep('commit')
  renameDurably(temporary, pending)
  onStep('finish')
  finishPutInPlace(layout, onStep)
  return asideOf(layout, label)
}

/** Goes on where a kill ended `putInPlace` behind its commit point; does nothing where none did. */
export function finishPutInPlace(layout: StoreLayout, onStep: OnStep = () => {}): void {
  const pending = pendingDatabase(layout)
  if (pending !== undefined) {
    const aside = asideOf(layout, basename(pending).slice(PENDING.length))
    mkdirSync(aside, { recursive: true })
    // Its log first: a database without it is at worst older, one with the log of another is neither.
    for (const suffix of ['-wal', '-shm', '']) {
      const path = layout.database + suffix
      if (!existsSync(path)) continue
      onStep(`set aside ${basename(path)}`)
      renameDurably(path, join(aside, basename(path)))
    }
    onStep('rename')
    renameDurably(pending, layout.database)
  }
  // Copies that were not whole when a kill came.
  for (const name of namesStarting(layout)) rmSync(join(layout.folder, name), { force: true })
}

/** A database that was committed and is not in its place yet. */
export function pendingDatabase(layout: StoreLayout): string | undefined {
  const name = namesStarting(layout).find((found) => !found.endsWith('.part'))
  return name === undefined ? undefined : join(layout.folder, name)
}

function namesStarting(layout: StoreLayout): readonly string[] {
  if (!existsSync(layout.folder)) return []
  return readdirSync(layout.folder).filter((name) => name.startsWith(PENDING))
}

function asideOf(layout: StoreLayout, label: string): string {
  return join(layout.damaged, label)
}

function freeLabel(layout: StoreLayout, wanted: string): string {
  let label = wanted
  for (let count = 2; existsSync(asideOf(layout, label)); count++) label = `${wanted}-${count}`
  return label
}
