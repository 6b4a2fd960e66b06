import { rm, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { withFileSource } from '#formats/byte-source.ts'
import { openSafetensors } from '#formats/safetensors/reader.ts'
import { networkShape } from '#networks/network-shape.ts'
import { completePreprocessing } from '#networks/preprocessing.ts'
import { accuracyCount } from '#shared/measures/accuracy-pairs.ts'
import type { CommandInput, CommandOutput } from '#shared/protocol/contract.ts'
import type { ImportedNetwork, NetworkInspection } from '#shared/protocol/commands/networks.ts'
import { formatPreprocessing, isSamePreprocessing, type PreprocessingChanges } from '#shared/network/preprocessing.ts'
import type { EvaluationRecord, NetworkDetail, NetworkOrigin, NetworkRecord } from '#shared/protocol/records.ts'
import { judgeTrial, preprocessingsToTry, type PreprocessingTrial } from '#shared/network/preprocessing-trial.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import { timestamp } from '../basics/clock.ts'
import { newId } from '../basics/new-id.ts'
import { keepManifest } from '../context/keep-manifest.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { commitRename } from '../files/atomic-write.ts'
import { assertFreeDisk } from '../files/disk-space.ts'
import { assertSha256 } from '../files/sha256.ts'
import { inUse } from '../store/errors.ts'
import { networkPath } from '../store/layout.ts'
import { assertFit, assertImages } from './dataset-fit.ts'
import { removePermutations } from './permutation-cache.ts'
import { storedNetwork } from './network-content.ts'
import { datasetInput, networkInput } from './trainer-inputs.ts'
import type { Tasks } from '../context/tasks.ts'
import { uniqueName } from './unique-name.ts'

/** What is known of a network beside its file. */
interface Wanted extends Omit<CommandInput<'networks.import'>, 'taskId' | 'file'> {
  /** Of the record; by default an import of this file. */
  readonly originKind?: NetworkOrigin['kind']
  readonly origin?: NetworkOrigin
}

/** The networks of a store. */
export class NetworkLibrary {
  readonly #context: StudioContext
  readonly #tasks: Tasks

  constructor(context: StudioContext, tasks: Tasks) {
    this.#context = context
    this.#tasks = tasks
  }

  /** Errors: `not-found`, `file-corrupt`. */
  async detail(id: string): Promise<NetworkDetail> {
    const { store } = this.#context
    const record = store.networks.get(id)
    return {
      record,
      shape: networkShape(await storedNetwork(store.layout, record)),
      layers: store.networks.layers(id),
      evaluations: store.evaluations.ofNetwork(id),
    }
  }

  /**
   * Imports a weights file: a child process reads and matches it and writes a temporary file, which is verified and
   * renamed. A network that is here already, by content, is returned as it is. Errors: those of the reader (the store is
   * then as it was), `already-exists` for the name, `disk-full`, `cancelled`.
   */
  import(taskId: string, sourcePath: string, wanted: Wanted): Promise<ImportedNetwork> {
    const { store } = this.#context
    if (wanted.name !== undefined) store.networks.assertNameFree(wanted.name)
    return this.#tasks.run(taskId, async (report) => {
      // A state dict is rewritten at no more than its own size, float64 aside.
      await assertFreeDisk(store.layout.temporary, 2 * (await fileSize(sourcePath)))
      const outputPath = join(store.layout.temporary, `${newId('net')}.safetensors`)
      try {
        const { result } = await this.#tasks.runJob(report, {
          kind: 'import-network',
          sourcePath,
          outputPath,
          preprocessing: wanted.preprocessing ?? {},
          architecture: wanted.architecture,
          key: wanted.key,
          inputSize: wanted.inputSize,
        })
        await assertSha256(outputPath, result.sha256, 'Try the import again.')
        store.networks.trash.restoreContent(result.sha256)
        const known = store.networks.findByContent(result.sha256)
        if (known !== undefined) return { ...known, isNew: false, notes: result.notes }
        const { architecture, classes, sha256, sizeBytes, format, sourceSha256, notes } = result
        const { layers, ...described } = result.description
        await commitRename(outputPath, networkPath(store.layout, sha256))
        const source = basename(sourcePath)
        const record: NetworkRecord = {
          id: newId('net'),
          name: wanted.name ?? this.#freeName(basename(source, extname(source))),
          architecture,
          classes,
          sha256,
          sizeBytes,
          ...described,
          origin: wanted.origin ?? {
            kind: wanted.originKind ?? 'imported',
            source,
            format,
            sha256: sourceSha256,
            ...(notes.length === 0 ? {} : { notes }),
          },
          createdAt: timestamp(this.#context.clock),
        }
        store.networks.insert(record, layers)
        await keepManifest(this.#context, store.manifests.ofNetwork(sha256))
        return { ...record, isNew: true, notes }
      } finally {
        await rm(outputPath, { force: true })
      }
    })
  }

  /**
   * What an import of a file would store, by a child process; nothing is stored. Errors: those of the reader,
   * `cancelled`.
   */
  inspect({ taskId, ...asked }: CommandInput<'networks.inspect'>, sourcePath: string): Promise<NetworkInspection> {
    const { architecture, key, inputSize, preprocessing = {} } = asked
    return this.#tasks.run(taskId, async (report) => {
      const { result } = await this.#tasks.runJob(report, {
        kind: 'inspect-network',
        sourcePath,
        architecture,
        key,
        inputSize,
        preprocessing,
      })
      const { stateDicts, recognised } = result
      if (recognised === undefined) return { stateDicts }
      const known = this.#context.store.networks.findByContent(recognised.sha256)
      return { stateDicts, recognised, ...(known === undefined ? {} : { known: { id: known.id, name: known.name } }) }
    })
  }

  /**
   * Which of the usual preprocessings fits a network, by its accuracy on images of a data set. Errors: `not-found`,
   * `dataset-mismatch`, `cancelled`.
   */
  tryPreprocessings(input: CommandInput<'networks.try-preprocessings'>): Promise<PreprocessingTrial> {
    const { taskId, id, datasetId, limit } = input
    const { store } = this.#context
    const network = store.networks.get(id)
    const dataset = store.datasets.get(datasetId)
    const split = dataset.counts.validation > 0 ? 'validation' : 'test'
    const preprocessings = preprocessingsToTry(network.preprocessing)
    return this.#tasks.run(taskId, async (report) => {
      assertFit(network, await storedNetwork(store.layout, network), dataset)
      assertImages(dataset, split, 1, 'try on')
      const { result } = await this.#tasks.runJob(report, {
        kind: 'try-preprocessings',
        network: await networkInput(store, id),
        dataset: await datasetInput(store, datasetId),
        split,
        limit,
        preprocessings: [...preprocessings],
      })
      const { total, correct, mostFrequent } = result
      const tried = preprocessings.map((preprocessing, index) => ({
        preprocessing,
        isCurrent: index === 0,
        correct: correct[index] ?? 0,
      }))
      return judgeTrial(total, mostFrequent / Math.max(1, total), tried)
    })
  }

  /**
   * The same weights under another preprocessing, as a network of its own: everything measured or learned with the first
   * one depends on its preprocessing, so that one stays as it is. Errors: `not-found`, `already-exists` for the name and
   * when nothing would change, `invalid-argument`, and those of `import`.
   */
  async derive(
    taskId: string,
    id: string,
    preprocessing: PreprocessingChanges,
    name: string | undefined,
  ): Promise<ImportedNetwork> {
    const { store } = this.#context
    const source = store.networks.get(id)
    const wanted = completePreprocessing(await storedNetwork(store.layout, source), preprocessing)
    if (isSamePreprocessing(wanted, source.preprocessing)) {
      throw new AppException({
        code: 'already-exists',
        message: `${source.name} has this preprocessing already (${formatPreprocessing(wanted)}).`,
        remedy: 'Use it as it is, or give other values.',
      })
    }
    await assertSha256(
      networkPath(store.layout, source.sha256),
      source.sha256,
      'Remove this network and import it again.',
    )
    return this.import(taskId, networkPath(store.layout, source.sha256), {
      architecture: source.architecture,
      name: name ?? this.#freeName(source.name),
      preprocessing: wanted,
      origin: source.origin,
    })
  }

  /** Errors: `not-found`, `already-exists`. */
  async rename(id: string, name: string): Promise<NetworkRecord> {
    const { store } = this.#context
    const renamed = store.networks.rename(id, name)
    await keepManifest(this.#context, store.manifests.ofNetwork(renamed.sha256))
    return renamed
  }

  /** Out of lists, with all its files. Errors: `not-found`, `conflict` while an experiment uses it. */
  trash(id: string): void {
    const { store, clock } = this.#context
    const { name } = store.networks.identity(id)
    const users = store.experiments.namesUsing('network_id', id)
    if (users.length > 0) throw inUse('network', name, users)
    store.networks.trash.put(id, timestamp(clock))
  }

  /** For good: row first, then the files. Errors: `not-found`, `conflict` for what is not in the trash. */
  async remove(id: string): Promise<void> {
    const { store } = this.#context
    const { name, sha256 } = store.networks.identity(id)
    store.networks.trash.assertHolds(id, name)
    store.networks.remove(id)
    await store.manifests.removeOfNetwork(sha256)
    await rm(networkPath(store.layout, sha256), { force: true })
    await removePermutations(store.layout, sha256)
  }

  /** Accuracy on a split, kept with the prediction of each image. Errors: `not-found`, `dataset-mismatch`, `cancelled`. */
  async evaluate({
    taskId,
    id,
    datasetId,
    split,
    limit,
  }: CommandInput<'networks.evaluate'>): Promise<EvaluationRecord> {
    const { store } = this.#context
    const network = store.networks.get(id)
    const dataset = store.datasets.get(datasetId)
    assertFit(network, await storedNetwork(store.layout, network), dataset)
    assertImages(dataset, split, 1, 'measure on')
    return this.#tasks.run(taskId, async (report) => {
      const { result, device } = await this.#tasks.runJob(report, {
        kind: 'evaluate',
        network: await networkInput(store, id),
        dataset: await datasetInput(store, datasetId),
        split,
        limit,
      })
      const { predictions, confidences } = result.evaluation
      const kept = store.evaluations.insert({
        subject: { networkId: id },
        datasetId,
        split,
        ...accuracyCount(result.evaluation),
        device,
        predictions,
        confidences,
      })
      await keepManifest(this.#context, store.manifests.ofNetwork(network.sha256))
      return kept
    })
  }

  /** The first `count` kernels of a represented layer, filter by filter. Errors: `not-found`, `file-corrupt`. */
  async kernels({ id, layer, count }: CommandInput<'networks.kernels'>): Promise<CommandOutput<'networks.kernels'>> {
    const { store } = this.#context
    const record = store.networks.get(id)
    const { representedLayers } = await storedNetwork(store.layout, record)
    const found = representedLayers.find(({ name }) => name === layer)
    if (found === undefined) {
      throw new AppException({ code: 'not-found', message: `There is no represented layer ${layer}.` })
    }
    const [filters, channels, height, width] = kernelShapeOf(found.shape)
    return withFileSource(networkPath(store.layout, record.sha256), async (source) => {
      const tensor = unwrap(await unwrap(await openSafetensors(source)).readTensor(layer))
      const shown = Math.min(count, filters * channels)
      const kernels = tensor.toFloat32().slice(0, shown * height * width)
      return { kernelShape: [height, width], count: shown, kernels }
    })
  }

  #freeName(wanted: string): string {
    return uniqueName(wanted, this.#context.store.networks.names())
  }
}

async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return found.size
  throw new AppException({
    code: found === undefined ? 'not-found' : 'file-unreadable',
    message: `${basename(path)} ${found === undefined ? 'does not exist' : 'is not a file'}.`,
    where: path,
    remedy: 'Check the path.',
  })
}
