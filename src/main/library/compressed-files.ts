import { copyFile, rm, stat } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { accuracyCount } from '#shared/measures/accuracy-pairs.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import type { CommandInput, CommandOutput } from '#shared/protocol/contract.ts'
import type { CompressedFile, MeasuredFile, NetworkChoice } from '#shared/protocol/commands/compressed-files.ts'
import type { RecognisedNetwork, SketchPoint } from '#shared/protocol/trainer-protocol.ts'
import type { AccuracyCount } from '#shared/experiment/results.ts'
import { AppException } from '#shared/basics/result.ts'
import { newId } from '../basics/new-id.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { Tasks } from '../context/tasks.ts'
import { commitRename } from '../files/atomic-write.ts'
import { assertFreeDisk } from '../files/disk-space.ts'
import { assertWritable } from '../files/output-files.ts'
import { hasLoader } from '../files/python-loader.ts'
import { assertSha256 } from '../files/sha256.ts'
import { assertFit, assertImages } from './dataset-fit.ts'
import { networkSource, type ChosenNetwork } from './network-source.ts'
import { datasetInput } from './trainer-inputs.ts'

export interface CompressedFilesParts {
  readonly tasks: Tasks
  /** The path behind the token of a network file. Throws `not-found`. */
  readonly pathOf: (token: string) => string
  /** Of the reader that can be saved beside a file (`resources/python/nern_load.py`). */
  readonly loaderPath: string
}

interface MadeFile extends CompressedFile {
  readonly path: string
  readonly source: ChosenNetwork
  readonly recognised: RecognisedNetwork
}

/** Networks compressed at once, beside the queue: one file at a time, in the store's temporary folder until it is saved. */
export class CompressedFiles {
  readonly #context: StudioContext
  readonly #parts: CompressedFilesParts
  #made: MadeFile | undefined
  /** Accuracies of originals, by network, data set and number of images: they do not change with the ratio. */
  readonly #originals = new Map<string, AccuracyCount>()

  constructor(context: StudioContext, parts: CompressedFilesParts) {
    this.#context = context
    this.#parts = parts
  }

  /** Errors: those of the reader, `not-found`, `cancelled`. */
  sketch({ taskId, network }: CommandInput<'compressed.sketch'>): Promise<readonly SketchPoint[]> {
    const { tasks } = this.#parts
    return tasks.run(taskId, async (report) => {
      const source = await this.#sourceOf(network)
      const { result } = await tasks.runJob(report, { kind: 'sketch-spectral', ...source, config: spectralDefaults })
      return result.points.toSorted((a, b) => a.ratio - b.ratio)
    })
  }

  /**
   * Makes the file of `ratio`; the one before it goes once this one is there. Errors: those of the reader, `not-found`,
   * `invalid-argument` for a ratio out of reach, `disk-full`, `cancelled`.
   */
  make({ taskId, network, ratio }: CommandInput<'compressed.make'>): Promise<CompressedFile> {
    const { tasks } = this.#parts
    const { temporary } = this.#context.store.layout
    return tasks.run(taskId, async (report) => {
      const source = await this.#sourceOf(network)
      await assertFreeDisk(temporary, (await stat(source.sourcePath)).size)
      const id = newId('file')
      const path = join(temporary, `${id}.spectral.safetensors`)
      const size = { ...spectralDefaults.size, target: 'ratio' as const, ratio }
      try {
        const { result } = await tasks.runJob(report, {
          kind: 'compress-file',
          ...source,
          config: { ...spectralDefaults, size },
          outputPath: path,
        })
        const { recognised, sizes, relativeError, layers, seconds, sizeBytes, sha256 } = result
        const file = { id, sizes, relativeError, layers, seconds, sizeBytes, sha256 }
        await this.#forget()
        this.#made = { ...file, path, source, recognised }
        return file
      } catch (thrown) {
        await rm(path, { force: true })
        throw thrown
      }
    })
  }

  /** Errors: `not-found`, `dataset-mismatch`, `cancelled`. */
  measure({ taskId, id, datasetId, images }: CommandInput<'compressed.measure'>): Promise<MeasuredFile> {
    const { tasks } = this.#parts
    const { store } = this.#context
    return tasks.run(taskId, async (report) => {
      const { path, source, recognised } = this.#find(id)
      const dataset = store.datasets.get(datasetId)
      const { inputShape, description } = recognised
      const { preprocessing, title } = description
      assertFit({ name: title, classes: recognised.classes }, { inputShape, preprocessing }, dataset)
      assertImages(dataset, 'validation', 1, 'measure on')
      const key = [recognised.sha256, dataset.sha256, images].join(' ')
      const known = this.#originals.get(key)
      const { result } = await tasks.runJob(report, {
        kind: 'measure-package',
        packagePath: path,
        ...(known === undefined ? { original: source } : {}),
        dataset: await datasetInput(store, datasetId),
        split: 'validation',
        limit: images,
      })
      const original = known ?? accuracyCount(result.original ?? noOriginal())
      this.#originals.set(key, original)
      return { original, compressed: accuracyCount(result.reconstructed) }
    })
  }

  /**
   * Copies the file to `path`, which is replaced, and the loader beside it. Errors: `not-found`, `already-exists` for
   * another loader, which stays, `disk-full`, `file-unreadable`, `file-corrupt`; nothing is left then.
   */
  async save(id: string, path: string, withLoader: boolean): Promise<CommandOutput<'compressed.save'>> {
    const { path: made, sha256, sizeBytes } = this.#find(id)
    const folder = dirname(path)
    await assertWritable(folder)
    await assertFreeDisk(folder, sizeBytes)
    const { loaderPath } = this.#parts
    const loader = join(folder, basename(loaderPath))
    const isLoaderMissing = withLoader && !(await hasLoader(loader, loaderPath))
    const temporary = join(folder, `.${basename(path)}.${randomUUID()}.part`)
    try {
      await copyFile(made, temporary)
      await assertSha256(temporary, sha256, 'Save the file again; if it fails again, choose another disk.')
      if (isLoaderMissing) await copyFile(loaderPath, loader)
      await commitRename(temporary, path)
    } finally {
      await rm(temporary, { force: true })
    }
    return { fileNames: [basename(path), ...(withLoader ? [basename(loader)] : [])] }
  }

  /** Removes the file that nobody saved. */
  async close(): Promise<void> {
    await this.#forget()
  }

  #find(id: string): MadeFile {
    if (this.#made?.id === id) return this.#made
    throw new AppException({
      code: 'not-found',
      message: 'This compressed file is no longer there: another one was made after it.',
      where: id,
      remedy: 'Compress the network again.',
    })
  }

  async #forget(): Promise<void> {
    const path = this.#made?.path
    this.#made = undefined
    if (path !== undefined) await rm(path, { force: true })
  }

  #sourceOf(network: NetworkChoice): Promise<ChosenNetwork> {
    return networkSource(this.#context.store, network, this.#parts.pathOf)
  }
}

function noOriginal(): never {
  throw new AppException({ code: 'internal', message: 'The trainer did not measure the original network.' })
}
