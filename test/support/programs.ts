/** The programs that tests start as processes of their own; vitest has them built once, before any test. */
import { join } from 'node:path'
import { buildTestPrograms } from '../../scripts/lib/build.mjs'

const folder = join(import.meta.dirname, '../../.cache/test-programs')

/** The command line. */
export const studioPath = join(folder, 'studio.js')
/** The product's own trainer. */
export const trainerPath = join(folder, 'trainer.js')
/** test/support/scripted-trainer.ts. */
export const scriptedTrainerPath = join(folder, 'scripted-trainer.js')

/** Called by vitest (`globalSetup`). */
export async function setup(): Promise<void> {
  await buildTestPrograms()
}

/** The entry of the command line, beside whose folder the runner of clusters lies. */
export const programsFolder = folder
