import { resolve } from 'node:path'
import {
  exportFormats,
  exportFormatsOf,
  exportFormatTitles,
  type ExportFormat,
} from '#shared/package/export-formats.ts'
import { formatTable } from '#shared/plain-text/table.ts'
import { formatExactBytes } from '#shared/basics/format.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { findExperiment } from '../find-record.ts'
import { listOf, needed, onRequest, text, toldDefault } from '../option.ts'
import { runTask } from '../task.ts'
import { UsageError } from '../usage-error.ts'

const exportExperiment = defineCommand({
  name: 'export',
  summary: 'Write package, weights and report of a compression to a folder.',
  positionals: [{ name: 'EXPERIMENT', about: 'Finished compression to export.' }],
  options: {
    out: needed(text('DIR', 'Folder to write to; it is created where it is missing.')),
    format: toldDefault(
      listOf('FORMAT,...', `What to write, between commas: ${exportFormats.join(', ')}.`, formatNamed),
      'all of the experiment',
    ),
    force: onRequest('Replace files that are there already.'),
  },
  run(invocation) {
    const { positionals, options, output } = invocation
    const folder = resolve(options.out)
    return invocation.withReader(async (studio) => {
      const { id, config } = await findExperiment(studio, positionals[0] ?? '')
      const formats = options.format ?? exportFormatsOf(familyOf(config).packageFormat)
      const { files } = await runTask(invocation, studio, (taskId) =>
        call(studio, 'experiments.export', {
          taskId,
          id,
          folder,
          formats: [...formats],
          replace: options.force,
        }),
      )
      const table = formatTable(
        [{ title: 'file' }, { title: 'size', align: 'right' }, { title: 'what it is for' }],
        files.map(({ format, fileName, sizeBytes }) => [
          fileName,
          formatExactBytes(sizeBytes),
          exportFormatTitles[format].use,
        ]),
      )
      output.result({ folder, files }, `${folder}\n\n${table}`)
      return 0
    })
  },
})

/** Throws `UsageError` for an unknown one. */
function formatNamed(word: string, flag: string): ExportFormat {
  const format = exportFormats.find((known) => known === word)
  if (format !== undefined) return format
  throw new UsageError(`${flag} takes ${exportFormats.join(', ')}, separated by commas; got ${word}.`)
}

export const exportCommands: readonly Command[] = [exportExperiment]
