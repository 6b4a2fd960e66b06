/** Checkpoints of finished runs, which only forks still need: how long they stay is a setting. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckpointRecord } from '#shared/protocol/records.ts'
import type { Settings } from '#shared/protocol/settings.ts'
import { checkpointFileName } from '../checkpoints.ts'
import { runPath, type StoreLayout } from '../layout.ts'
import type { CheckpointsTable } from '../checkpoints.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const days: Readonly<Record<Settings['checkpointsKept'], number>> = {
  'for-ever': Infinity,
  '90-days': 90,
  '30-days': 30,
  '7-days': 7,
  'until-finished': 0,
}

/** Those whose time is over: of runs that were completed or cancelled so long ago. `now` is in milliseconds since 1970. */
export function oldCheckpoints(
  checkpoints: CheckpointsTable,
  kept: Settings['checkpointsKept'],
  now: number,
): readonly CheckpointRecord[] {
  const endedBefore = now - days[kept] * DAY_MS
  return Number.isFinite(endedBefore) ? checkpoints.ofFinishedRuns(new Date(endedBefore).toISOString()) : []
}

/** Removes row and file of each. What a fork began with is a copy, and stays. */
export async function removeCheckpoints(
  checkpoints: CheckpointsTable,
  layout: StoreLayout,
  old: readonly CheckpointRecord[],
): Promise<void> {
  for (const checkpoint of old) {
    checkpoints.remove(checkpoint.runId, checkpoint.step)
    await rm(join(runPath(layout, checkpoint.runId), checkpointFileName(checkpoint)), { force: true })
  }
}
