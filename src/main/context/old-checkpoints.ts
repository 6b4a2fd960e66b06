import type { StudioContext } from './studio-context.ts'

/** Lets go of checkpoints of finished runs that the setting keeps no longer, and announces it. Errors: `file-unreadable`. */
export async function letOldCheckpointsGo({ store, events }: Pick<StudioContext, 'store' | 'events'>): Promise<void> {
  const runIds = await store.care.removeOldCheckpoints(store.settings.get('checkpointsKept'))
  for (const runId of runIds) events.emit('run-checkpoints', { runId, checkpoints: store.checkpoints.list(runId) })
}
