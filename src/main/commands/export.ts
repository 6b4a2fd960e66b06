import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { formatRows } from '#shared/plain-text/experiment-rows.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { exportExperiment, exportSizes, type ExportSources } from '../export/export-experiment.ts'
import type { Tasks } from '../context/tasks.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { fieldOf } from '../store/field-expressions.ts'
import { pathOfToken } from './library.ts'

export interface ExportParts extends ExportSources {
  readonly tasks: Tasks
  /** The path behind a file token; undefined when it is none. */
  readonly resolveFile: (token: string) => string | undefined
}

export function exportHandlers(
  context: StudioContext,
  { tasks, resolveFile, ...sources }: ExportParts,
): Pick<CommandHandlers, 'experiments.export' | 'experiments.export-sizes' | 'experiments.export-rows'> {
  return {
    'experiments.export': async ({ folder, ...request }) =>
      exportExperiment(context, tasks, sources, { ...request, folder: pathOfToken(resolveFile, folder) }),

    'experiments.export-sizes': async (input) => exportSizes(context, tasks, sources, input),

    async 'experiments.export-rows'({ ids, fields, format, file, ...query }) {
      const path = pathOfToken(resolveFile, file)
      const { experiments } = context.store
      const wanted = ids ?? experiments.find(query).ids
      const text = formatRows(fields.map(fieldOf), experiments.values(wanted, fields), format)
      await atomicWrite(path, new TextEncoder().encode(text), context.writeBytes)
      return { rows: wanted.length }
    },
  }
}
