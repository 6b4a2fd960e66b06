/** Where the files of a run lie on a cluster, in one place for the job and for the program on the login node. */
import { join } from 'node:path'

export const runFolder = (root: string, runId: string): string => join(root, 'runs', runId)
export const batchFolder = (root: string, submission: string): string => join(root, 'batches', submission)
export const objectPath = (root: string, sha256: string): string => join(root, 'objects', sha256)

export const ATTEMPTS = 'attempts'
export const FILES = 'files'
export const RESULT_FILE = 'result.json'
export const CHECKPOINTS_FILE = 'checkpoints.json'

export const eventsFile = (attempt: number): string => `events-${attempt}.jsonl`
export const endedFile = (attempt: number): string => `ended-${attempt}.json`
/** A symbolic link to the job that has the run, `42_3`. */
export const claimFile = (submission: string): string => `claim-${submission}`
export const wishFile = (submission: string): string => `wish-${submission}`
export const taskFile = (task: number): string => `${task}.json`
export const outputFile = (task: number): string => `output-${task}.txt`

/** The newest of the attempts named in a folder, 0 for none. */
export function newestAttempt(names: readonly string[]): number {
  return Math.max(0, ...names.filter((name) => /^\d{1,9}$/.test(name)).map(Number))
}
