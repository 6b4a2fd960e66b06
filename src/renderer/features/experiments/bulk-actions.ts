import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { actionsFor, isLosingWork, type UserAction } from '../queue/experiment-actions.ts'

/** An action on those of several experiments whose status allows it. */
export interface BulkAction extends UserAction {
  readonly ids: readonly string[]
  readonly isLosingWork: boolean
}

/** What at least one of them allows, in the order in which one experiment offers it. */
export function bulkActions(experiments: readonly ExperimentSummary[]): readonly BulkAction[] {
  const byName = new Map<UserAction['name'], BulkAction>()
  for (const experiment of experiments) {
    for (const action of actionsFor(experiment.status, experiment.problem === undefined)) {
      const known = byName.get(action.name)
      byName.set(action.name, {
        ...action,
        ids: [...(known?.ids ?? []), experiment.id],
        isLosingWork: known?.isLosingWork === true || isLosingWork(action, experiment),
      })
    }
  }
  return [...byName.values()]
}
