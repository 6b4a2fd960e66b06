import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { CommandInput } from '#shared/protocol/contract.ts'
import type { ExportSummary } from '#shared/protocol/commands/exports.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { loaderFileName } from '#shared/package/python-lines.ts'
import {
  exportFormatsOf,
  isPackageFormat,
  weightFormats,
  type ExportFormat,
  type WeightFormat,
} from '#shared/package/export-formats.ts'
import { isPackaged, type ExperimentRecord, type PackagedResult, type RunRecord } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { commitRename, flushFile, removeAbandoned } from '../files/atomic-write.ts'
import { assertFreeDisk } from '../files/disk-space.ts'
import { assertFree, makeWritable } from '../files/output-files.ts'
import { hasLoader } from '../files/python-loader.ts'
import { assertSha256, sha256OfFile } from '../files/sha256.ts'
import { unfinishedPath } from '../files/unfinished.ts'
import type { Tasks } from '../context/tasks.ts'
import { packagePath } from '../store/layout.ts'
import { assertAsWritten } from '../store/repair/manifests.ts'
import { exportFileName } from './file-name.ts'
import { reportData } from './report-data.ts'
import { recipeOf } from './recipe.ts'
import { reportHtml } from './report-html.ts'

/** One file of an export: made under a temporary name in its folder, then renamed. */
interface ExportedFile {
  readonly format: ExportFormat
  readonly fileName: string
  readonly temporary: string
  readonly path: string
}

export interface ExportRequest extends Omit<CommandInput<'experiments.export'>, 'folder'> {
  readonly folder: string
}

export interface ExportSources {
  /** Of everything that had a part in a result. */
  readonly versions: Readonly<Record<string, string>>
  /** Of the reader for Python. */
  readonly loaderPath: string
}

/**
 * Writes what the newest completed run of an experiment gave into a folder: all files or, when one fails, none. Errors:
 * `not-found` without such a run or its package, `already-exists` for files that are there, `disk-full`,
 * `file-unreadable`, `file-corrupt`, `executor-unavailable`, `cancelled`.
 */
export function exportExperiment(
  context: StudioContext,
  tasks: Tasks,
  { versions, loaderPath }: ExportSources,
  request: ExportRequest,
): Promise<ExportSummary> {
  const { store } = context
  const experiment = store.experiments.get(request.id)
  const { run, result } = completedRun(experiment, store.runs.list(experiment.id))
  assertFormats(request.formats, experiment)
  return tasks.run(request.taskId, async (report) => {
    const source = packagePath(store.layout, run.id, familyOf(result).packageFormat)
    await assertPackage(source, experiment)
    await assertAsWritten(store.layout, run.id, source)
    await makeWritable(request.folder)
    const files = filesOf(request, exportFileName(experiment.name, experiment.id))
    if (!request.replace) {
      for (const { format, path } of files) {
        // The reader is the same for every package: it may have come with another one.
        if (format !== 'loader' || !(await hasLoader(path, loaderPath))) await assertFree(path)
      }
    }
    await assertFreeDisk(request.folder, (files.length + 1) * result.sizes.originalBytes)
    try {
      const weights = files.filter((file): file is ExportedFile & { format: WeightFormat } =>
        weightFormats.some((format) => format === file.format),
      )
      if (weights.length > 0) {
        const job = {
          kind: 'export' as const,
          packagePath: source,
          outputs: weights.map(({ format, temporary: path }) => ({ format, path })),
        }
        // Where the run measured: there the weights are the same to the last bit.
        const made = await tasks.runJob(report, job, store.runs.executorOf(run.id))
        for (const [at, { temporary }] of weights.entries()) {
          await assertSha256(temporary, made.result.outputs[at]?.sha256 ?? '', 'Try the export again.')
        }
      }
      const packageFile = { fileName: packageName(files, experiment), ...(await fingerprint(source)) }
      for (const file of files) {
        if (isPackageFormat(file.format)) await copyFile(source, file.temporary)
        if (file.format === 'loader') await copyFile(loaderPath, file.temporary)
        if (file.format !== 'report') continue
        const data = reportData({
          experiment,
          recipe: recipeOf(store, experiment),
          run,
          result,
          network: store.networks.get(experiment.networkId ?? ''),
          dataset: store.datasets.find(experiment.datasetId),
          package: packageFile,
          versions,
        })
        const isPage = file.fileName.endsWith('.html')
        await writeFile(file.temporary, isPage ? reportHtml(data) : `${JSON.stringify(data, null, 2)}\n`)
      }
      const written: { format: ExportFormat; fileName: string; sizeBytes: number }[] = []
      for (const { format, fileName, temporary, path } of files) {
        const { size } = await stat(temporary)
        await flushFile(temporary)
        await commitRename(temporary, path)
        await removeAbandoned(path)
        written.push({ format, fileName, sizeBytes: size })
      }
      return { files: written }
    } finally {
      for (const { temporary } of files) await rm(temporary, { force: true })
    }
  })
}

/** The same files with their exact sizes, made where nobody looks and removed at once. Errors as `exportExperiment`. */
export async function exportSizes(
  context: StudioContext,
  tasks: Tasks,
  sources: ExportSources,
  { taskId, id }: CommandInput<'experiments.export-sizes'>,
): Promise<ExportSummary> {
  const { store } = context
  const { packageFormat } = familyOf(store.experiments.get(id).config)
  const folder = await mkdtemp(join(store.layout.temporary, 'sizes-'))
  try {
    const formats = [...exportFormatsOf(packageFormat)]
    return await exportExperiment(context, tasks, sources, { taskId, id, folder, formats, replace: false })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function completedRun(
  experiment: ExperimentRecord,
  runs: readonly RunRecord[],
): { readonly run: RunRecord; readonly result: PackagedResult } {
  const run = runs.findLast(({ status, result }) => status === 'completed' && isPackaged(result))
  if (run !== undefined && isPackaged(run.result)) return { run, result: run.result }
  throw new AppException({
    code: 'not-found',
    message: `${experiment.name} has no finished compression to export.`,
    where: experiment.id,
    remedy:
      familyOf(experiment.config).experimentKind === 'train'
        ? 'Export takes compressions and baselines; a trained network is in the library (studio train --out FILE writes it).'
        : 'Let it run to its end, then export.',
  })
}

function assertFormats(formats: readonly ExportFormat[], { name, id, config }: ExperimentRecord): void {
  const { packageFormat, noun } = familyOf(config)
  const allowed = exportFormatsOf(packageFormat)
  const wrong = formats.find((format) => !allowed.includes(format))
  if (wrong === undefined) return
  throw new AppException({
    code: 'invalid-argument',
    message: `${name} cannot be exported as ${wrong}: it is a ${noun}.`,
    where: id,
    remedy: `Choose among ${allowed.join(', ')}.`,
  })
}

async function assertPackage(path: string, { id, name }: ExperimentRecord): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isFile() === true) return
  throw new AppException({
    code: 'not-found',
    message: `The run of ${name} left no package: it is from an earlier version of the studio.`,
    where: path,
    remedy: `Run it again, as a new experiment from ${id} with the same configuration; its seed gives the same result.`,
  })
}

function filesOf({ formats, folder }: ExportRequest, name: string): readonly ExportedFile[] {
  const namesOf = (format: ExportFormat): readonly string[] => {
    if (format === 'loader') return [loaderFileName]
    if (isPackageFormat(format)) return [`${name}.${format}.safetensors`]
    return format === 'report' ? [`${name}.report.html`, `${name}.report.json`] : [`${name}.${format}`]
  }
  return [...new Set(formats)].flatMap((format) =>
    namesOf(format).map((fileName) => {
      return {
        format,
        fileName,
        temporary: unfinishedPath(join(folder, fileName), randomUUID().slice(0, 8)),
        path: join(folder, fileName),
      }
    }),
  )
}

function packageName(files: readonly ExportedFile[], { name, id, config }: ExperimentRecord): string {
  const { packageFormat } = familyOf(config)
  const file = files.find((candidate) => candidate.format === packageFormat)
  return file?.fileName ?? `${exportFileName(name, id)}.${packageFormat}.safetensors`
}

async function fingerprint(path: string): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  return { sizeBytes: (await stat(path)).size, sha256: await sha256OfFile(path) }
}
