import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { exportExperiment } from '../export/export-experiment.ts'
import type { Tasks } from '../context/tasks.ts'
import { pathOfToken } from './library.ts'

export interface ExportParts {
  readonly tasks: Tasks
  /** Of everything that had a part in a result. */
  readonly versions: Readonly<Record<string, string>>
  /** The path behind a file token; undefined when it is none. */
  readonly resolveFile: (token: string) => string | undefined
}

export function exportHandlers(
  context: StudioContext,
  { tasks, versions, resolveFile }: ExportParts,
): Pick<CommandHandlers, 'experiments.export'> {
  return {
    'experiments.export': async ({ folder, ...request }) =>
      exportExperiment(context, tasks, versions, { ...request, folder: pathOfToken(resolveFile, folder) }),
  }
}
