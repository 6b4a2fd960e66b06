import { mkdir } from 'node:fs/promises'
import { writeError } from './atomic-write.ts'

/**
 * Makes a folder of the store and those above it that are missing. Errors: those of a disk, as of `atomicWrite`; Node says
 * that the folder does not exist when the system could not make it.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    throw writeError(path, cause)
  }
}
