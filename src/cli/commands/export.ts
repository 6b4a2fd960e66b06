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
import { UsageError, type Command } from '../command.ts'
import { findExperiment } from '../find-record.ts'
import { runTask } from '../task.ts'

const exportExperiment: Command = {
  name: 'export',
  usage: `EXPERIMENT --out DIR [--format ${exportFormats.join(',')}] [--force]`,
  summary: 'Write what a finished compression or baseline gave into a folder; --force replaces files that are there.',
  positionals: ['EXPERIMENT'],
  options: { out: { type: 'string' }, format: { type: 'string' }, force: { type: 'boolean' } },
  run(invocation) {
    const { positionals, options, output } = invocation
    const folder = resolve(options.neededText('out'))
    const wanted = formatsOf(options.text('format'))
    return invocation.withReader(async (studio) => {
      const { id, config } = await findExperiment(studio, positionals[0] ?? '')
      const formats = wanted ?? exportFormatsOf(familyOf(config).packageFormat)
      const { files } = await runTask(invocation, studio, (taskId) =>
        call(studio, 'experiments.export', {
          taskId,
          id,
          folder,
          formats: [...formats],
          replace: options.isSet('force'),
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
}

/** Undefined when nothing was said. Throws `UsageError` for an unknown one. */
function formatsOf(text: string | undefined): readonly ExportFormat[] | undefined {
  return text?.split(',').map((word) => {
    const format = exportFormats.find((known) => known === word.trim())
    if (format !== undefined) return format
    throw new UsageError(`--format takes ${exportFormats.join(', ')}, separated by commas; got ${word}.`)
  })
}

export const exportCommands: readonly Command[] = [exportExperiment]
