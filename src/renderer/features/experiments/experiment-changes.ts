/** What takes something away from experiments, each with the way back. */
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { formatAmount } from '../../format/format.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { experimentsTexts } from './texts.ts'

export interface ExperimentChange {
  readonly name?: string
  readonly isStarred?: boolean
  readonly isArchived?: boolean
  readonly tags?: readonly string[]
}

/** Changes experiments one by one; the first refusal ends it and is told. @returns whether all were changed */
export async function changeExperiments(
  studio: WindowStudio,
  changes: readonly { readonly id: string; readonly change: ExperimentChange }[],
): Promise<boolean> {
  for (const { id, change } of changes) {
    const { tags, ...rest } = change
    const updated = await studio.act(experimentsTexts.changeFailure, 'experiments.update', {
      id,
      ...rest,
      ...(tags === undefined ? {} : { tags: [...tags] }),
    })
    if (updated === undefined) return false
    studio.experiments.put(updated.value)
  }
  return true
}

/** Moves them to the trash. @returns whether they are there */
export async function trashExperiments(studio: WindowStudio, ids: readonly string[]): Promise<boolean> {
  const trashed = await studio.act(experimentsTexts.removeFailure, 'experiments.trash', { ids: [...ids] })
  if (trashed === undefined) return false
  studio.undo.offer(experimentsTexts.trashed(amountOf(ids)), () => restoreExperiments(studio, ids))
  return true
}

/** Out of the trash. */
export async function restoreExperiments(studio: WindowStudio, ids: readonly string[]): Promise<void> {
  await studio.act(experimentsTexts.restoreFailure, 'experiments.restore', { ids: [...ids] })
}

/** Into the archive, or out of it. */
export async function archiveExperiments(
  studio: WindowStudio,
  ids: readonly string[],
  isArchived: boolean,
): Promise<void> {
  const change = (to: boolean) =>
    changeExperiments(
      studio,
      ids.map((id) => ({ id, change: { isArchived: to } })),
    )
  if (!(await change(isArchived))) return
  const say = isArchived ? experimentsTexts.archived : experimentsTexts.unarchived
  studio.undo.offer(say(amountOf(ids)), async () => void (await change(!isArchived)))
}

/** Gives experiments tags and takes others from them. */
export async function retagExperiments(
  studio: WindowStudio,
  experiments: readonly ExperimentSummary[],
  added: readonly string[],
  removed: readonly string[],
): Promise<void> {
  const changed = experiments.flatMap(({ id, tags }) => {
    const next = [...new Set([...tags.filter((tag) => !removed.includes(tag)), ...added])]
    return next.join('\n') === tags.join('\n') ? [] : [{ id, before: tags, after: next }]
  })
  const put = (which: 'before' | 'after') =>
    changeExperiments(
      studio,
      changed.map((entry) => ({ id: entry.id, change: { tags: entry[which] } })),
    )
  if (changed.length === 0 || !(await put('after'))) return
  studio.undo.offer(experimentsTexts.retagged(amountOf(changed)), async () => void (await put('before')))
}

function amountOf(things: readonly unknown[]): string {
  return formatAmount(things.length, 'experiment')
}
