import type { CompressedFile, MeasuredFile, NetworkChoice } from '#shared/protocol/commands/compressed-files.ts'
import type { NetworkInspection } from '#shared/protocol/commands/networks.ts'
import type { PickedFile } from '#shared/protocol/commands/files.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import type { DatasetRecord } from '#shared/protocol/records.ts'
import type { SketchPoint } from '#shared/protocol/trainer-protocol.ts'
import { ok, type Result } from '#shared/basics/result.ts'
import { LatestTask } from '../../state/latest-task.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { NetworkFileChoice } from '../imports/network-file-choice.svelte.ts'
import { expectedAt, ratioAt, ratioRange, withinRange, type Expectation, type RatioRange } from './ratio-slider.ts'
import { compressTexts } from './texts.ts'

/** What is compressed: a file that was chosen, or a network of the library. */
export type CompressionSubject =
  { readonly kind: 'file'; readonly file: PickedFile } | { readonly kind: 'stored'; readonly networkId: string }

type Parts = Pick<WindowStudio, 'ask' | 'act' | 'tasks' | 'library' | 'router' | 'toasts'>

/** Images the accuracy is measured on. */
export const measuredImages = 1000
/** Arrow keys settle after the last of them. */
const settleDelayMs = 250

/** One network on its way into a small file: recognised, sketched, coded at the ratio of the slider, measured, saved. */
export class QuickCompression {
  readonly #studio: Parts
  readonly subject: CompressionSubject
  /** What the user says of a file that does not say it itself. */
  readonly fileChoice = new NetworkFileChoice()
  readonly inspection: LatestTask<NetworkInspection>
  readonly sketching: LatestTask<readonly SketchPoint[]>
  readonly making: LatestTask<CompressedFile>
  readonly measuring: LatestTask<MeasuredFile>
  #ratio = $state<number>()
  #chosenDatasetId = $state<string>()
  #savedNames = $state.raw<readonly string[]>()
  #settleTimer: ReturnType<typeof setTimeout> | undefined
  #isQueueing = $state(false)
  withLoader = $state(false)

  constructor(studio: Parts, subject: CompressionSubject) {
    this.#studio = studio
    this.subject = subject
    this.inspection = new LatestTask(studio.tasks)
    this.sketching = new LatestTask(studio.tasks)
    this.making = new LatestTask(studio.tasks)
    this.measuring = new LatestTask(studio.tasks)
  }

  /** Name of the file or of the network. */
  get title(): string {
    const { subject } = this
    if (subject.kind === 'file') return subject.file.fileName
    return this.#studio.library.network(subject.networkId)?.name ?? compressTexts.title
  }

  /** In the library; undefined of a file that is not there yet. */
  get networkId(): string | undefined {
    return this.subject.kind === 'stored' ? this.subject.networkId : this.inspection.current?.known?.id
  }

  /** Known once the network is recognised. */
  get classes(): number | undefined {
    const { subject } = this
    if (subject.kind === 'stored') return this.#studio.library.network(subject.networkId)?.classes
    return this.inspection.current?.recognised?.classes
  }

  get range(): RatioRange | undefined {
    return ratioRange(this.sketching.current ?? [])
  }

  /** That the slider asks for; undefined before there is a sketch. */
  get ratio(): number | undefined {
    return this.range === undefined ? undefined : this.#ratio
  }

  /** What the file at the slider's ratio will be. */
  get expected(): Expectation | undefined {
    const { ratio } = this
    return ratio === undefined ? undefined : expectedAt(this.sketching.current ?? [], ratio)
  }

  /** Data sets with the network's classes and images that nothing was trained on. */
  get datasets(): readonly DatasetRecord[] {
    const { classes } = this
    const all = this.#studio.library.datasets.value ?? []
    return all.filter(({ classNames, counts }) => classNames.length === classes && counts.validation > 0)
  }

  /** Whose images the accuracy is measured on. */
  get dataset(): DatasetRecord | undefined {
    return this.datasets.find(({ id }) => id === this.#chosenDatasetId) ?? this.datasets[0]
  }

  /** Files that were saved of the present one, the compressed one first. */
  get savedNames(): readonly string[] | undefined {
    return this.#savedNames
  }

  /** Whether an experiment is being made. */
  get isQueueing(): boolean {
    return this.#isQueueing
  }

  /** Recognises a file, then sketches and makes a first one; again whenever somebody says more about the file. */
  async start(): Promise<void> {
    const { subject } = this
    for (const task of [this.inspection, this.sketching, this.making, this.measuring]) task.clear()
    if (subject.kind === 'file') {
      const { token } = subject.file
      const said = this.fileChoice.value
      await this.inspection.ask(compressTexts.recognising, (taskId) =>
        this.#studio.ask('networks.inspect', { taskId, file: token, ...said }),
      )
      if (this.inspection.current?.recognised === undefined) return
    }
    await this.sketching.ask(compressTexts.sketching, (taskId) =>
      this.#studio.ask('compressed.sketch', { taskId, network: this.network }),
    )
    const { range } = this
    if (range === undefined) return
    this.#ratio = withinRange(spectralDefaults.size.ratio, range)
    await this.settle()
  }

  /** Shows what is expected at a position of the slider. */
  move(position: number): void {
    const { range } = this
    if (range !== undefined) this.#ratio = ratioAt(position, range)
  }

  /** Makes the file once the slider rests. */
  settleSoon(): void {
    clearTimeout(this.#settleTimer)
    this.#settleTimer = setTimeout(() => void this.settle(), settleDelayMs)
  }

  /** Makes the file at the slider's ratio and measures it; what was under way for another ratio ends. */
  async settle(): Promise<void> {
    const { ratio } = this
    if (ratio === undefined) return
    this.measuring.stop()
    this.#savedNames = undefined
    await this.making.ask(compressTexts.making, (taskId) =>
      this.#studio.ask('compressed.make', { taskId, network: this.network, ratio }),
    )
    await this.measure()
  }

  /** Measures the file that is there, where there are images. */
  async measure(): Promise<void> {
    const id = this.making.current?.id
    const datasetId = this.dataset?.id
    if (id === undefined || datasetId === undefined) return
    await this.measuring.ask(compressTexts.measuring, (taskId) =>
      this.#studio.ask('compressed.measure', { taskId, id, datasetId, images: measuredImages }),
    )
  }

  chooseDataset(id: string): void {
    this.#chosenDatasetId = id
    void this.measure()
  }

  /** Asks where the file goes and writes it. Nothing happens when the dialog is closed. */
  async save(): Promise<void> {
    const id = this.making.current?.id
    if (id === undefined) return
    const picked = await this.#studio.act(compressTexts.saveFailure, 'files.pick-new', { fileName: this.#fileName })
    if (picked?.value === undefined) return
    const saved = await this.#studio.act(compressTexts.saveFailure, 'compressed.save', {
      id,
      file: picked.value.token,
      withLoader: this.withLoader,
    })
    if (saved !== undefined && this.making.current?.id === id) this.#savedNames = saved.value.fileNames
  }

  /** Queues an experiment with the slider's ratio and shows it; a network that is not in the library is imported first. */
  async makeExperiment(): Promise<void> {
    const { ratio, dataset } = this
    if (ratio === undefined || dataset === undefined || this.#isQueueing) return
    this.#isQueueing = true
    const network = await this.storedNetwork()
    if (network.ok) {
      const created = await this.#studio.act(compressTexts.experimentFailure, 'experiments.create', {
        config: { ...spectralDefaults, size: { ...spectralDefaults.size, target: 'ratio', ratio } },
        networkId: network.value.id,
        datasetId: dataset.id,
        enqueue: true,
      })
      if (created !== undefined) this.#studio.router.open({ name: 'run', experimentId: created.value.id })
    } else this.#studio.toasts.fail(compressTexts.experimentFailure, network.error)
    this.#isQueueing = false
  }

  /** Ends whatever is under way: the page was left. */
  dispose(): void {
    clearTimeout(this.#settleTimer)
    for (const task of [this.inspection, this.sketching, this.making, this.measuring]) task.stop()
  }

  /** As the studio is asked about it. */
  get network(): NetworkChoice {
    const { subject } = this
    if (subject.kind === 'stored') return { networkId: subject.networkId }
    return { file: subject.file.token, ...this.fileChoice.value }
  }

  /** In the library; a file is imported for that. */
  async storedNetwork(): Promise<Result<{ readonly id: string }>> {
    const { subject } = this
    if (subject.kind === 'stored') return ok({ id: subject.networkId })
    const known = this.inspection.current?.known
    if (known !== undefined) return ok(known)
    const { token } = subject.file
    return this.#studio.tasks.run(compressTexts.importing, (taskId) =>
      this.#studio.ask('networks.import', { taskId, file: token, ...this.fileChoice.value }),
    )
  }

  /** `resnet20.spectral.safetensors` of `resnet20.pth`. */
  get #fileName(): string {
    const name = this.subject.kind === 'file' ? this.title.replace(/\.\w+$/, '') : this.title
    const plain = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '')
    return `${plain === '' ? 'network' : plain}.spectral.safetensors`
  }
}
