import type { NetworkShape, SizeBreakdown } from '#shared/package/accounting.ts'
import type { ReadConfig } from '#shared/experiment/config-yaml.ts'
import type { ExperimentConfig, Family } from '#shared/experiment/experiment-config.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import { cloneName, experimentName } from '#shared/experiment/experiment-name.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { singleRun } from '#shared/experiment/sweep/typed-sweep.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'
import { codableLayers } from '#shared/methods/spectral/layer-precisions.ts'
import type { ExperimentRecord, NetworkDetail } from '#shared/protocol/records.ts'
import type { FormStart, KeptForm } from '#shared/protocol/window-memory.ts'
import { findPreset, perFamily, windowFamilyOf } from '../../families/table.ts'
import type { TrainingPlan } from '../../families/training-plan.ts'
import type { FormOfFamily, TypedValues } from '../../families/window-family.ts'
import { Resource } from '../../state/resource.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { SweepEditor } from '../sweep/sweep-editor.svelte.ts'
import { changedPaths, knownValues, parseValues, typedValues, type ParsedValues } from './config-editing.ts'
import { presetOffer, type PresetOffer } from './preset-offer.ts'
import { presetValues } from './preset-values.ts'
import { knownOf, lastUsed } from './usual-choice.ts'
import { newExperimentTexts } from './texts.ts'

/** What the editor holds: choices and typed values; everything else follows from them. */
export class ExperimentEditor {
  readonly #studio: WindowStudio
  readonly #start: FormStart
  readonly #from: ExperimentRecord | undefined
  /** The content before anything was chosen or typed. */
  readonly #untouched: string
  readonly network: Resource<NetworkDetail>
  /** What varies from run to run. */
  readonly sweep: SweepEditor
  /** What each preset takes on this machine, in their order; undefined where a part of it was never measured here. */
  readonly presetSeconds: Resource<readonly (number | undefined)[]>
  kind = $state<Family>('compress')
  name = $state('')
  /** Name of the cluster it is for; undefined: this computer. */
  place = $state<string>()
  #presetIds = $state.raw(perFamily((kind) => windowFamilyOf({ kind }).form.firstPresetId))
  #networkId = $state<string>()
  /** Of a family that can do without a network. */
  #startId = $state<string>()
  #datasetId = $state<string>()
  #typed = $state.raw(perFamily((kind) => presetValues(windowFamilyOf({ kind }).form.firstPresetId)))
  /** Completed run whose predictor is the first one; its configuration was typed in with it. */
  #startRunId = $state<string>()
  #isSaving = $state(false)
  readonly #usualNetworkId = $derived.by(() => {
    const { experiments, library } = this.#studio
    return lastUsed(experiments.list.value, 'networkId', library.networks.value)
  })
  readonly #usualDatasetId = $derived.by(() => {
    const { experiments, library } = this.#studio
    return lastUsed(experiments.list.value, 'datasetId', library.datasets.value)
  })

  /**
   * @param from the experiment that `start` names, whose configuration is typed in: one to clone, or one to change
   * @param left the form with this start as it was left before
   */
  constructor(studio: WindowStudio, start: FormStart, from: ExperimentRecord | undefined, left?: KeptForm) {
    this.#studio = studio
    this.#start = start
    this.sweep = new SweepEditor(
      studio,
      () => ({ rows: parametersOf(this.kind), hasChoices: this.form.network.optional === undefined }),
      () => this.#sweepBase,
    )
    this.kind = start.kind ?? 'compress'
    this.#networkId = start.networkId
    this.#datasetId = start.datasetId
    if (start.presetId !== undefined) this.choosePreset(start.presetId)
    this.#from = from
    if (from !== undefined) {
      this.#copy(from)
      if (start.editId !== undefined) this.name = from.name
      if (start.startRunId !== undefined) this.#goOnFrom(from, start.startRunId)
    }
    if (start.typed !== undefined) {
      this.#typed = { ...this.#typed, [this.kind]: knownValues(this.typed, start.typed) }
    }
    this.#untouched = JSON.stringify(this.content)
    if (left !== undefined) this.#restore(left)
    this.presetSeconds = new Resource(() =>
      studio.ask('experiments.expected-seconds', {
        configs: this.form.presets.map(({ config }) => config),
        datasetId: this.datasetId ?? '',
        ...(this.networkId === undefined ? {} : { networkId: this.networkId }),
      }),
    )
    this.network = new Resource(() => studio.ask('networks.get', { id: this.networkId ?? '' }))
  }

  get form(): FormOfFamily<Family> {
    return windowFamilyOf(this).form
  }

  /** The network to compress: the chosen one, or the one used last. Where it is optional, only a chosen one. */
  get networkId(): string | undefined {
    if (this.form.network.optional !== undefined) return knownOf(this.#startId, this.#studio.library.networks.value)
    return knownOf(this.#networkId, this.#studio.library.networks.value) ?? this.#usualNetworkId
  }

  chooseNetwork(id: string): void {
    if (id !== this.networkId) this.#startRunId = undefined
    this.#networkId = id
  }

  /** Name of the compression whose predictor is the first one; undefined for random weights. */
  get startName(): string | undefined {
    if (this.#startRunId === undefined || this.form.predictorStart === undefined) return undefined
    return this.#studio.experiments.ofLatestRun(this.#startRunId)?.name ?? newExperimentTexts.someCompression
  }

  startRandomly(): void {
    this.#startRunId = undefined
  }

  /** Weights to start from, and with them the architecture; undefined for random ones. */
  chooseStart(id: string | undefined): void {
    this.#startId = id
    const start = this.#studio.library.network(id)
    const path = this.form.network.optional?.architecturePath
    if (start !== undefined && path !== undefined) this.#type(path, start.architecture)
  }

  get datasetId(): string | undefined {
    return knownOf(this.#datasetId, this.#studio.library.datasets.value) ?? this.#usualDatasetId
  }

  set datasetId(id: string | undefined) {
    this.#datasetId = id
  }

  /** Of the family that is edited. */
  get presetId(): string {
    return this.#presetIds[this.kind]
  }

  get isSaving(): boolean {
    return this.#isSaving || this.sweep.isSaving
  }

  get typed(): TypedValues {
    return this.#typed[this.kind]
  }

  /** What `changed` compares with. */
  readonly start = $derived(presetValues(this.presetId))
  /** With what does not fit the chosen network, once it is known. */
  readonly parsed: ParsedValues = $derived.by(() => {
    const parsed = parseValues(this.kind, this.typed)
    if (parsed.config === undefined || this.#shape === undefined) return parsed
    return { ...parsed, problems: this.form.misfits?.(parsed.config, this.#shape) ?? {} }
  })
  /** What would be saved. */
  readonly config: ExperimentConfig | undefined = $derived.by(() => {
    const { config } = this.parsed
    const { predictorStart } = this.form
    if (config === undefined || predictorStart === undefined || this.#startRunId === undefined) return config
    return predictorStart.put(config, this.#startRunId)
  })
  readonly changed: ReadonlySet<string> = $derived(changedPaths(this.kind, this.typed, this.start))

  /** Of the chosen network; undefined until it has come. */
  readonly #shape: NetworkShape | undefined = $derived.by(() => {
    const detail = this.network.value
    return detail?.record.id === this.networkId ? detail?.shape : undefined
  })

  /** Of the weights of the chosen network that can be coded; none until it has come. */
  readonly layerNames: readonly string[] = $derived(this.#shape === undefined ? [] : codableLayers(this.#shape))

  /** Sizes while typing; undefined until a network is chosen and every value is allowed, and where only a run can tell. */
  readonly sizes: SizeBreakdown | undefined = $derived.by(() => {
    const config = this.parsed.config
    const shape = this.#shape
    if (config === undefined || shape === undefined) return undefined
    return familyOf(config).expectedSizes(shape, config)
  })

  /** Of a family that trains; undefined until a data set is chosen and every value is allowed. */
  readonly trainingPlan: TrainingPlan | undefined = $derived.by(() => {
    const { config } = this.parsed
    const dataset = this.#studio.library.dataset(this.datasetId)
    if (config === undefined || dataset === undefined) return undefined
    return this.form.trainingPlan?.(config, dataset.counts.train)
  })

  /** What each preset promises, those left out that were made for other networks. */
  readonly presets: PresetOffer = $derived.by(() =>
    presetOffer({
      presets: this.form.presets,
      chosenId: this.presetId,
      network: this.#studio.library.network(this.networkId),
      shape: this.#shape,
      dataset: this.#studio.library.dataset(this.datasetId),
      seconds: this.presetSeconds.value,
    }),
  )

  readonly advice: readonly string[] = $derived(
    this.config === undefined ? [] : windowFamilyOf(this.config).advise(this.config, this.sizes, this.#shape),
  )

  /** What has to be chosen before it can be saved, in words. */
  readonly missing: readonly string[] = $derived.by(() => {
    const { networks, datasets } = this.#studio.library
    const choose = (what: string, items: readonly unknown[] | undefined): string =>
      items?.length === 0 ? newExperimentTexts.importFirst(what) : newExperimentTexts.chooseOne(what)
    return [
      ...(this.form.network.optional === undefined && this.networkId === undefined
        ? [choose('network', networks.value)]
        : []),
      ...(this.datasetId === undefined ? [choose('data set', datasets.value)] : []),
    ]
  })

  /** What a sweep varies; undefined while it is not known. */
  readonly #sweepBase = $derived.by(() => {
    const { networkId, datasetId } = this
    const config = this.config
    if (config === undefined || datasetId === undefined) return undefined
    return { config, networkId, datasetId }
  })

  /** Some typed value is not allowed. */
  readonly isWrong: boolean = $derived.by(
    () => Object.keys(this.parsed.problems).length + Object.keys(this.sweep.read.problems).length > 0,
  )

  /** What the file will keep of the original, a sentence each; none while a value is not allowed. */
  readonly kept: readonly string[] = $derived(
    this.config === undefined || this.isWrong ? [] : familyOf(this.config).describeKept(this.config),
  )

  /** Everything that was chosen and typed. */
  get content(): KeptForm {
    return {
      start: this.#start,
      kind: this.kind,
      name: this.name,
      presetIds: this.#presetIds,
      typed: this.#typed,
      networkId: this.#networkId,
      startNetworkId: this.#startId,
      datasetId: this.#datasetId,
      startRunId: this.#startRunId,
      sweep: this.sweep.typed,
    }
  }

  /** Whether there is anything to keep. */
  get isTouched(): boolean {
    return JSON.stringify(this.content) !== this.#untouched
  }

  /** Whether a draft or a waiting experiment is changed, rather than a new one made. */
  get isEdit(): boolean {
    return this.#start.editId !== undefined
  }

  /** The experiment that is cloned. */
  get origin(): ExperimentRecord | undefined {
    return this.isEdit ? undefined : this.#from
  }

  /** The experiment that is changed. */
  get edited(): ExperimentRecord | undefined {
    return this.isEdit ? this.#from : undefined
  }

  /** What it is called when no name is typed, apart from a number where another has that name. */
  readonly automaticName: string = $derived.by(() => {
    if (this.config === undefined) return ''
    if (this.origin !== undefined) return cloneName(this.origin, this.config)
    return experimentName(this.config, this.#studio.library.network(this.networkId)?.name ?? '')
  })

  /** Whether another experiment has the typed name. */
  get isNameTaken(): boolean {
    const name = this.name.trim()
    const others = this.#studio.experiments.list.value ?? []
    return name !== '' && others.some((other) => other.name === name && other.id !== this.#start.editId)
  }

  get canSave(): boolean {
    return this.missing.length === 0 && !this.isWrong && !this.isSaving
  }

  choosePreset(id: string): void {
    const preset = findPreset(id)
    if (preset === undefined) return
    const { kind } = preset.config
    if (windowFamilyOf({ kind }).form.predictorStart !== undefined) this.#startRunId = undefined
    this.#presetIds = { ...this.#presetIds, [kind]: id }
    this.#typed = { ...this.#typed, [kind]: typedValues(preset.config) }
  }

  /** Puts a whole configuration in place of what is typed; nothing of it varies. */
  take({ config, preset }: ReadConfig): void {
    const { kind } = config
    this.kind = kind
    this.#presetIds = { ...this.#presetIds, [kind]: preset.id }
    this.#typed = { ...this.#typed, [kind]: typedValues(config) }
    this.#startRunId = this.form.predictorStart?.runIdOf(config)
    this.sweep.typed = singleRun
  }

  put(path: string, value: string | boolean): void {
    this.#type(path, value)
    // Weights of another architecture cannot be started from.
    const start = this.#studio.library.network(this.#startId)
    if (path === this.form.network.optional?.architecturePath && start?.architecture !== value)
      this.#startId = undefined
  }

  #copy({ config, networkId, datasetId }: ExperimentRecord): void {
    this.kind = config.kind
    if (this.form.network.optional === undefined) this.#networkId = networkId
    else this.#startId = networkId
    this.#datasetId = datasetId
    this.#typed = { ...this.#typed, [config.kind]: typedValues(config) }
    this.#startRunId = this.form.predictorStart?.runIdOf(config)
  }

  /** Presets and parameters of an earlier version of the studio are left out. */
  #restore(kept: KeptForm): void {
    const { kind, name, presetIds, typed, networkId, startNetworkId, datasetId, startRunId, sweep } = kept
    this.kind = kind
    this.name = name
    this.#presetIds = perFamily((family) => {
      const id = presetIds[family] ?? ''
      return findPreset(id) === undefined ? this.#presetIds[family] : id
    })
    this.#typed = perFamily((family) => knownValues(this.#typed[family], typed[family] ?? {}))
    this.#networkId = networkId
    this.#startId = startNetworkId
    this.#datasetId = datasetId
    this.#startRunId = startRunId
    this.sweep.typed = sweep ?? singleRun
  }

  #goOnFrom({ name, config }: ExperimentRecord, runId: string): void {
    const { continued } = familyOf(config)
    if (continued === undefined) return
    this.name = newExperimentTexts.continuedFrom(name).slice(0, 200)
    this.#startRunId = runId
    this.#typed = { ...this.#typed, [config.kind]: typedValues(continued(config, runId)) }
  }

  #type(path: string, value: string | boolean): void {
    this.#typed = { ...this.#typed, [this.kind]: { ...this.typed, [path]: value } }
  }

  reset(path: string): void {
    const value = this.start[path]
    if (value !== undefined) this.put(path, value)
  }

  /** Creates the experiment, or changes the one that is edited, and opens it; on failure everything stays as it was typed. */
  async save(enqueue: boolean): Promise<void> {
    if (this.sweep.isSweep) return this.#saveSweep(enqueue)
    const config = this.config
    const { networkId, datasetId } = this
    if (config === undefined || datasetId === undefined || !this.canSave) return
    const typedName = this.name.trim()
    const experiment = { config, datasetId, ...(networkId === undefined ? {} : { networkId }) }
    this.#isSaving = true
    const { editId, fromId } = this.#start
    const created =
      editId === undefined
        ? await this.#studio.act(newExperimentTexts.createFailure, 'experiments.create', {
            ...experiment,
            enqueue,
            ...(this.place === undefined ? {} : { place: this.place }),
            ...(typedName === '' ? {} : { name: typedName }),
            ...(fromId === undefined ? {} : { clonedFrom: fromId }),
          })
        : await this.#studio.act(newExperimentTexts.editFailure, 'experiments.edit', {
            ...experiment,
            id: editId,
            name: typedName === '' ? this.automaticName : typedName,
          })
    const isToQueue = created !== undefined && editId !== undefined && enqueue
    if (isToQueue) await this.#studio.act(newExperimentTexts.enqueueFailure, 'queue.enqueue', { ids: [editId] })
    this.#isSaving = false
    if (created === undefined) return
    this.#studio.memory.forgetForm(this.#start)
    if (!isToQueue) this.#studio.experiments.put(summaryOf(created.value))
    this.#studio.router.open({ name: 'run', experimentId: created.value.id })
  }

  async #saveSweep(enqueue: boolean): Promise<void> {
    if (this.canSave && (await this.sweep.save(this.name.trim(), enqueue, this.place)))
      this.#studio.memory.forgetForm(this.#start)
  }
}
