import type { ExportSummary } from '#shared/protocol/commands/exports.ts'
import { isPackageFormat, type ExportFormat } from '#shared/package/export-formats.ts'
import type { AppError } from '#shared/basics/result.ts'
import { LatestTask } from '../../state/latest-task.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { runTexts } from './texts.ts'

/** One export of a completed experiment, from the choice of formats to the files in a folder. */
export class ExperimentExport {
  readonly #studio: Pick<WindowStudio, 'ask' | 'tasks'>
  readonly #experimentId: string
  readonly #offered: readonly ExportFormat[]
  /** Everything that could be written, with its exact size. */
  readonly sizes: LatestTask<ExportSummary>
  formats = $state.raw<ReadonlySet<ExportFormat>>(new Set())
  folder = $state.raw<{ readonly token: string; readonly fileName: string }>()
  taskId = $state<string>()
  files = $state.raw<ExportSummary['files']>()
  error = $state.raw<AppError>()

  constructor(studio: Pick<WindowStudio, 'ask' | 'tasks'>, experimentId: string, offered: readonly ExportFormat[]) {
    this.#studio = studio
    this.#experimentId = experimentId
    this.#offered = offered
    this.formats = new Set(offered)
    this.sizes = new LatestTask(studio.tasks)
  }

  /** Makes all files once, where nobody looks, to say how large each will be. */
  async measure(): Promise<void> {
    if (this.sizes.value !== undefined || this.sizes.taskId !== undefined) return
    await this.sizes.ask(runTexts.measuringSizes, (taskId) =>
      this.#studio.ask('experiments.export-sizes', { taskId, id: this.#experimentId }),
    )
  }

  /** Bytes of all files of a format; undefined until they are known. */
  bytesOf(format: ExportFormat): number | undefined {
    const own = this.sizes.value?.files.filter((file) => file.format === format)
    return own?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }

  /** Of all that is chosen. */
  get chosenBytes(): number | undefined {
    const sizes = [...this.formats].map((format) => this.bytesOf(format))
    return sizes.reduce((sum, bytes) => (sum === undefined || bytes === undefined ? undefined : sum + bytes), 0)
  }

  /** Of the compressed file, as it is written. */
  get packageName(): string | undefined {
    return this.sizes.value?.files.find(({ format }) => isPackageFormat(format))?.fileName
  }

  get isRunning(): boolean {
    return this.taskId !== undefined
  }

  /** Whether files of these names are in the folder already. */
  get isInTheWay(): boolean {
    return this.error?.code === 'already-exists'
  }

  choose(format: ExportFormat, isChosen: boolean): void {
    const others = [...this.formats].filter((chosen) => chosen !== format)
    this.formats = new Set(isChosen ? [...others, format] : others)
    this.error = undefined
  }

  /** Asks for a folder, then writes. Nothing happens when the dialog is closed. */
  async start(): Promise<void> {
    const picked = await this.#studio.ask('files.pick', { kind: 'export-folder' })
    if (!picked.ok) this.error = picked.error
    if (!picked.ok || picked.value === undefined) return
    this.folder = picked.value
    await this.#write(false)
  }

  /** The same into the same folder, over the files that were in the way. */
  replace(): Promise<void> {
    return this.#write(true)
  }

  /** The dialog was closed: nobody waits for sizes any more. */
  forget(): void {
    this.sizes.stop()
  }

  cancel(): void {
    if (this.taskId !== undefined) void this.#studio.tasks.cancel(this.taskId)
  }

  async #write(replace: boolean): Promise<void> {
    const { folder } = this
    if (folder === undefined || this.isRunning) return
    this.error = undefined
    this.files = undefined
    const formats = this.#offered.filter((format) => this.formats.has(format))
    const result = await this.#studio.tasks.run(
      runTexts.exporting,
      (taskId) =>
        this.#studio.ask('experiments.export', {
          taskId,
          id: this.#experimentId,
          folder: folder.token,
          formats,
          replace,
        }),
      (taskId) => (this.taskId = taskId),
    )
    this.taskId = undefined
    if (result.ok) this.files = result.value.files
    else if (result.error.code !== 'cancelled') this.error = result.error
  }
}
