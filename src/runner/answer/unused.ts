/** What no studio needs any more of a folder that several may share. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { AnswerTo, RequestOf } from '#shared/cluster/requests.ts'
import { taskFileSchema, type TaskFile } from '#shared/cluster/task-file.ts'
import { pinnedRuns, setPin } from './pins.ts'

/** The program that answers: its studio goes on with it. */
export interface OwnProgram {
  /** Folders. */
  readonly runtime: string
  readonly program: string
}

/** What was uploaded for a batch that is not submitted yet, or is being uploaded now. */
const YOUNG_MS = 24 * 3_600_000

const batchSchema = z.strictObject({ runtime: z.string(), program: z.string() })

/** Takes the runs that this studio wants as its pin. */
export async function unused(
  root: string,
  own: OwnProgram,
  { studio, runIds }: RequestOf<'unused'>,
): Promise<AnswerTo<'unused'>> {
  setPin(root, studio, runIds)
  const paths = findUnused(root, own)
  const sizes = await Promise.all(paths.map((path) => sizeOf(join(root, path))))
  return { paths, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Removes what is still unused of these. */
export async function removePaths(
  root: string,
  own: OwnProgram,
  { paths }: RequestOf<'remove'>,
): Promise<AnswerTo<'remove'>> {
  const still = new Set(findUnused(root, own))
  for (const path of paths.filter((candidate) => still.has(candidate))) {
    rmSync(join(root, path), { recursive: true, force: true })
  }
  return Promise.resolve({})
}

function findUnused(root: string, own: OwnProgram): string[] {
  const pinned = pinnedRuns(root)
  const batches = namesIn(root, 'batches').map((name) => ({ name, ...readBatch(join(root, 'batches', name)) }))
  const wanted = batches.filter(({ tasks }) => tasks.some(({ runId }) => pinned.has(runId)))
  const objects = new Set(wanted.flatMap(({ tasks }) => tasks.flatMap((task) => task.objects)))
  const programs = new Set([
    ...wanted.map(programOf),
    programOf({ runtime: basename(own.runtime), program: basename(own.program) }),
  ])
  const runtimes = new Set([...programs].map((path) => path.split('/')[1]))
  const isOld = (folder: string) => (name: string) => ageOf(join(root, folder, name)) > YOUNG_MS
  const datasets = namesIn(root, 'datasets').filter((name) => !isDatasetWanted(join(root, 'datasets', name), objects))
  return [
    ...namesIn(root, 'runs')
      .filter((name) => !pinned.has(name))
      .map((name) => `runs/${name}`),
    ...batches
      .filter((batch) => !wanted.includes(batch))
      .filter(({ name }) => isOld('batches')(name))
      .map(({ name }) => `batches/${name}`),
    ...datasets.filter(isOld('datasets')).map((name) => `datasets/${name}`),
    ...namesIn(root, 'objects')
      .filter((name) => !objects.has(name))
      .filter(isOld('objects'))
      .map((name) => `objects/${name}`),
    ...namesIn(root, 'runtimes')
      .filter((name) => !runtimes.has(name))
      .filter(isOld('runtimes'))
      .map((name) => `runtimes/${name}`),
    ...[...runtimes].flatMap((runtime) => {
      const folder = `runtimes/${runtime}/programs`
      const names = namesIn(root, folder).filter(isOld(folder))
      return names.map((name) => `${folder}/${name}`).filter((path) => !programs.has(path))
    }),
    ...['objects', 'runtimes'].flatMap((folder) =>
      unfinishedIn(root, folder)
        .filter(isOld(folder))
        .map((name) => `${folder}/${name}`),
    ),
  ]
}

/** Below the root. */
function programOf({ runtime, program }: { readonly runtime: string; readonly program: string }): string {
  return `runtimes/${runtime}/programs/${program}`
}

/** Uploads and unpacked archives that were given up. */
function unfinishedIn(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder)).filter((name) => /^\.[0-9a-f]{64}\./.test(name))
}

/** Names that begin with a point are being written. */
function namesIn(root: string, folder: string): readonly string[] {
  const path = join(root, folder)
  return existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith('.')) : []
}

function readBatch(folder: string): {
  readonly tasks: readonly TaskFile[]
  readonly runtime: string
  readonly program: string
} {
  const names = readdirSync(folder)
  const tasks = names
    .filter((name) => /^\d+\.json$/.test(name))
    .flatMap((name) => {
      const parsed = taskFileSchema.safeParse(JSON.parse(readFileSync(join(folder, name), 'utf8')))
      return parsed.success ? [parsed.data] : []
    })
  const described = names.includes('batch.json')
    ? batchSchema.safeParse(JSON.parse(readFileSync(join(folder, 'batch.json'), 'utf8')))
    : undefined
  return { tasks, runtime: described?.data?.runtime ?? '', program: described?.data?.program ?? '' }
}

function isDatasetWanted(folder: string, objects: ReadonlySet<string>): boolean {
  return readdirSync(folder).some((name) => objects.has(linkedName(join(folder, name))))
}

function linkedName(path: string): string {
  return lstatSync(path).isSymbolicLink() ? (readlinkSync(path).split('/').at(-1) ?? '') : ''
}

function ageOf(path: string): number {
  return Date.now() - lstatSync(path).mtimeMs
}

async function sizeOf(path: string): Promise<number> {
  const own = lstatSync(path)
  if (!own.isDirectory()) return own.size
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
