/** Which runs each studio still wants: several may share a folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { remoteIdSchema } from '#shared/cluster/task-file.ts'
import { writeWhole } from './write-whole.ts'

const pinSchema = z.strictObject({ runIds: z.array(remoteIdSchema) })

const pinsFolder = (root: string): string => join(root, 'pins')
const pinPath = (root: string, studio: string): string => join(pinsFolder(root), `${studio}.json`)

export function addToPin(root: string, studio: string, runIds: readonly string[]): void {
  setPin(root, studio, [...new Set([...readPin(pinPath(root, studio)), ...runIds])])
}

export function setPin(root: string, studio: string, runIds: readonly string[]): void {
  mkdirSync(pinsFolder(root), { recursive: true })
  writeWhole(pinPath(root, studio), JSON.stringify({ runIds }))
}

/** Runs that any studio wants. */
export function pinnedRuns(root: string): ReadonlySet<string> {
  const names = readdirSync(pinsFolder(root)).filter((name) => name.endsWith('.json'))
  return new Set(names.flatMap((name) => readPin(join(pinsFolder(root), name))))
}

function readPin(path: string): readonly string[] {
  return existsSync(path) ? pinSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).runIds : []
}
