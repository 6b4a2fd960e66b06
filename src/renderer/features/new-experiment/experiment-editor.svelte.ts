import { sizeBreakdown, type NetworkShape, type SizeBreakdown } from '#shared/package/accounting.ts'
import type { ExperimentConfig, Family } from '#shared/experiment/experiment-config.ts'
import { baselinePresets } from '#shared/methods/direct/baseline-presets.ts'
import { baselineSizes } from '#shared/methods/direct/baseline-accounting.ts'
import { continued } from '#shared/experiment/continued-config.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import { compressPresets, networkPresets, trainDefaults } from '#shared/experiment/presets.ts'
import type { ExperimentRecord, NetworkDetail } from '#shared/protocol/records.ts'
import type { Route } from '../../state/routes.ts'
import { Resource } from '../../state/resource.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { advise } from '../../families/nern-advice.ts'
import { changedPaths, parseValues, typedValues, type ParsedValues, type TypedValues } from './config-editing.ts'

type Start = Extract<Route, { readonly name: 'new-experiment' }>

/** Where most would start: small, and hardly worse than the original. */
const firstBaselineId = baselinePresets.find(({ id }) => id === 'baseline-int8')?.id ?? ''

/** What the editor holds: choices and typed values; everything else follows from them. */
export class ExperimentEditor {
  readonly #studio: WindowStudio
  readonly network: Resource<NetworkDetail>
  kind = $state<Family>('compress')
  name = $state('')
  #presetIds = $state.raw({ compress: compressPresets[0]?.id ?? '', baseline: firstBaselineId })
  #networkId = $state<string>()
  #startId = $state<string>()
  #datasetId = $state<string>()
  #typed = $state.raw<Readonly<Record<Family, TypedValues>>>({
    compress: presetValues(compressPresets[0]?.id ?? ''),
    train: typedValues(trainDefaults),
    baseline: presetValues(firstBaselineId),
  })
  /** Completed run whose predictor is the first one; its configuration was typed in with it. */
  #startRunId = $state<string>()
  #isSaving = $state(false)

  /** @param from the experiment that `start` names, whose configuration is typed in */
  constructor(studio: WindowStudio, start: Start, from: ExperimentRecord | undefined) {
    this.#studio = studio
    this.kind = start.kind ?? 'compress'
    this.#networkId = start.networkId
    this.#datasetId = start.datasetId
    if (start.presetId !== undefined) this.choosePreset(start.presetId)
    if (from !== undefined) {
      this.kind = from.config.kind
      this.name = `${from.name} copy`.slice(0, 200)
      if (from.config.kind === 'train') this.#startId = from.networkId
      else this.#networkId = from.networkId
      this.#datasetId = from.datasetId
      this.#typed = { ...this.#typed, [from.config.kind]: typedValues(from.config) }
    }
    if (from?.config.kind === 'compress') {
      this.#startRunId = start.startRunId ?? from.config.start?.runId
      if (start.startRunId !== undefined) {
        this.name = `${from.name} continued`.slice(0, 200)
        this.#typed = { ...this.#typed, compress: typedValues(continued(from.config, start.startRunId)) }
      }
    }
    this.network = new Resource(() => studio.ask('networks.get', { id: this.networkId ?? '' }))
  }

  /** The network to compress: the chosen one, or the only sensible one. Of a training, the one its weights start from. */
  get networkId(): string | undefined {
    if (this.kind === 'train') return this.#startId
    return this.#networkId ?? this.#studio.library.networks.value?.[0]?.id
  }

  chooseNetwork(id: string): void {
    if (id !== this.networkId) this.#startRunId = undefined
    this.#networkId = id
  }

  /** Name of the compression whose predictor is the first one; undefined for random weights. */
  get startName(): string | undefined {
    if (this.#startRunId === undefined || this.kind !== 'compress') return undefined
    return this.#studio.experiments.ofLatestRun(this.#startRunId)?.name ?? 'a finished compression'
  }

  startRandomly(): void {
    this.#startRunId = undefined
  }

  /** Weights a training starts from, and with them the architecture; undefined for random ones. */
  chooseStart(id: string | undefined): void {
    this.#startId = id
    const start = this.#studio.library.network(id)
    if (start !== undefined) this.#type('architecture', start.architecture)
  }

  get datasetId(): string | undefined {
    return this.#datasetId ?? this.#studio.library.datasets.value?.[0]?.id
  }

  set datasetId(id: string | undefined) {
    this.#datasetId = id
  }

  /** Of the kind that is edited; a training has none. */
  get presetId(): string | undefined {
    return this.kind === 'train' ? undefined : this.#presetIds[this.kind]
  }

  get isSaving(): boolean {
    return this.#isSaving
  }

  get typed(): TypedValues {
    return this.#typed[this.kind]
  }

  /** What `changed` compares with. */
  readonly start = $derived(this.presetId === undefined ? typedValues(trainDefaults) : presetValues(this.presetId))
  readonly parsed: ParsedValues = $derived(parseValues(this.kind, this.typed))
  /** What would be saved. */
  readonly #config: ExperimentConfig | undefined = $derived.by(() => {
    const { config } = this.parsed
    if (config?.kind !== 'compress' || this.#startRunId === undefined) return config
    return { ...config, start: { runId: this.#startRunId } }
  })
  readonly changed: ReadonlySet<string> = $derived(changedPaths(this.kind, this.typed, this.start))

  /** Of the chosen network; undefined until it has come. */
  readonly #shape: NetworkShape | undefined = $derived.by(() => {
    const detail = this.network.value
    return detail?.record.id === this.networkId ? detail?.shape : undefined
  })

  /** Sizes while typing; undefined until a network is chosen and every value is allowed, and where only a run can tell. */
  readonly sizes: SizeBreakdown | undefined = $derived.by(() => {
    const config = this.parsed.config
    const shape = this.#shape
    if (config === undefined || config.kind === 'train' || shape === undefined) return undefined
    return config.kind === 'compress' ? sizeBreakdown(shape, config) : baselineSizes(shape, config)
  })

  readonly advice: readonly string[] = $derived(
    this.#config === undefined ? [] : advise(this.#config, this.sizes, this.#shape),
  )

  /** What has to be chosen before it can be saved, in words. */
  readonly missing: readonly string[] = $derived.by(() => {
    const { networks, datasets } = this.#studio.library
    const choose = (what: string, items: readonly unknown[] | undefined): string =>
      items?.length === 0 ? `Import a ${what} first.` : `Choose a ${what}.`
    return [
      ...(this.kind !== 'train' && this.networkId === undefined ? [choose('network', networks.value)] : []),
      ...(this.datasetId === undefined ? [choose('data set', datasets.value)] : []),
    ]
  })

  /** Some typed value is not allowed. */
  readonly isWrong: boolean = $derived(Object.keys(this.parsed.problems).length > 0)

  get canSave(): boolean {
    return this.missing.length === 0 && !this.isWrong && !this.#isSaving
  }

  choosePreset(id: string): void {
    const preset = networkPresets.find((candidate) => candidate.id === id)
    if (preset === undefined) return
    const { kind } = preset.config
    if (kind === 'compress') this.#startRunId = undefined
    this.#presetIds = { ...this.#presetIds, [kind]: id }
    this.#typed = { ...this.#typed, [kind]: typedValues(preset.config) }
  }

  put(path: string, value: string | boolean): void {
    this.#type(path, value)
    // Weights of another architecture cannot start this training.
    const start = this.#studio.library.network(this.#startId)
    if (this.kind === 'train' && path === 'architecture' && start?.architecture !== value) this.#startId = undefined
  }

  #type(path: string, value: string | boolean): void {
    this.#typed = { ...this.#typed, [this.kind]: { ...this.typed, [path]: value } }
  }

  reset(path: string): void {
    const value = this.start[path]
    if (value !== undefined) this.put(path, value)
  }

  /** Creates the experiment and opens it; on failure everything stays as it was typed. */
  async save(enqueue: boolean): Promise<void> {
    const config = this.#config
    const { networkId, datasetId } = this
    if (config === undefined || datasetId === undefined || !this.canSave) return
    const name = this.name.trim()
    this.#isSaving = true
    const created = await this.#studio.act('The experiment was not created', 'experiments.create', {
      config,
      datasetId,
      enqueue,
      ...(name === '' ? {} : { name }),
      ...(networkId === undefined ? {} : { networkId }),
    })
    this.#isSaving = false
    if (created === undefined) return
    this.#studio.experiments.put(summaryOf(created.value))
    this.#studio.router.open({ name: 'run', experimentId: created.value.id })
  }
}

function presetValues(id: string): TypedValues {
  const preset = networkPresets.find((candidate) => candidate.id === id)
  return preset === undefined ? {} : typedValues(preset.config)
}
