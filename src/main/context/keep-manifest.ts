import { toAppError } from '#shared/basics/result.ts'
import type { StudioContext } from './studio-context.ts'

/**
 * Writes a manifest beside what was stored. That stays stored where there is no room for the manifest: the next opening
 * of the store writes it.
 */
export async function keepManifest({ log }: Pick<StudioContext, 'log'>, write: Promise<void>): Promise<void> {
  try {
    await write
  } catch (thrown) {
    log('store', 'warning', `A manifest could not be written: ${toAppError(thrown).message}`)
  }
}
