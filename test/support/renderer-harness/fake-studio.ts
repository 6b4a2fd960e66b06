/** A studio without processes, store or mathematics, for looking at the windows. Never part of the product. */
import { scheduleQueue } from '#shared/experiment/queue-schedule.ts'
import { emptyWindowMemory } from '#shared/protocol/window-memory.ts'
import { alignConfigs } from '#main/comparison/counts.ts'
import { sampleShape } from '#main/library/sample-shape.ts'
import type { CommandHandlers, CommandInput, CommandName, CommandOutput, StudioApi } from '#shared/protocol/contract.ts'
import type { DoctorReport } from '#shared/protocol/commands/studio.ts'
import type { Place } from '#shared/protocol/events.ts'
import type { QueueState } from '#shared/protocol/commands/queue.ts'
import { argumentsOf, commandOf } from '#shared/experiment/config-command.ts'
import { configToYaml } from '#shared/experiment/config-yaml.ts'
import type { ComparedOriginal, ComparedPair, Comparison, ComparisonEntry } from '#shared/measures/comparison.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import type { SavedView } from '#shared/experiment/saved-view.ts'
import type { ImportanceRecord } from '#shared/measures/importance.ts'
import {
  isPackaged,
  type DatasetRecord,
  type EvaluationRecord,
  type ExperimentRecord,
  type RunRecord,
  type SplitName,
} from '#shared/protocol/records.ts'
import { judgeTrial, preprocessingsToTry } from '#shared/network/preprocessing-trial.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { defaultSettings, settingsSchema, type Settings } from '#shared/protocol/settings.ts'
import { AppException, fail, ok, toAppError, type Result } from '#shared/basics/result.ts'
import { nextStatus, type ExperimentAction } from '#shared/experiment/status-machine.ts'
import { Announcer } from '../announcer.ts'
import {
  inventedDataset,
  inventedPhotos,
  inventedExperiments,
  inventedNetwork,
  manyExperiments,
  before,
  type InventedNetwork,
  inventedPlan,
} from './invented-records.ts'
import { inventedBatches } from './invented-batches.ts'
import { inventedCandidates, inventedSearch } from './invented-candidates.ts'
import { inventedCodes } from './invented-codes.ts'
import { inventedCompressedFile, inventedReach, inventedSketch } from './invented-compression.ts'
import { inventedImportance } from './invented-importance.ts'
import { inventedKernels } from './invented-kernels.ts'
import { inventedLayerEffects } from './invented-layer-effects.ts'
import { inventedCurves, checkpoints, inventedSamples, kernelPreviews, logLines, metricPoints } from './invented-run.ts'
import { inventedClusters } from './invented-clusters.ts'
import { inventedStore } from './invented-store.ts'

export type Scenario = 'full' | 'empty' | 'loading' | 'broken' | 'many'

const tickMs = 250

export class FakeStudio extends Announcer implements StudioApi {
  readonly #scenario: Scenario
  readonly #nowMs = Date.now()
  #networks: readonly InventedNetwork[] = []
  #datasets = [inventedDataset(this.#nowMs), inventedPhotos(this.#nowMs)]
  #experiments: readonly ExperimentRecord[] = []
  #trashed: readonly ExperimentRecord[] = []
  #views: readonly SavedView[] = []
  #settings: Settings
  #isActive = true
  #cancelled = new Set<string>()
  #importance: readonly ImportanceRecord[] = []

  constructor(scenario: Scenario, theme: Settings['theme']) {
    super()
    this.#scenario = scenario
    this.#settings = { ...defaultSettings, theme }
    if (scenario === 'empty') {
      this.#datasets = []
      return
    }
    const now = this.#nowMs
    this.#networks = [
      inventedNetwork('net-1', 'ResNet-20 (published)', 'resnet20-cifar-a', 'imported', before(now, 70_000)),
      inventedNetwork('net-2', 'ResNet-56 (published)', 'resnet56-cifar-a', 'imported', before(now, 6900)),
      inventedNetwork('net-3', 'ResNet-20 CIFAR-10 sample', 'resnet20-cifar-b', 'sample', before(now, 1440)),
    ]
    const first = this.#networks[0]
    this.#experiments = [
      ...inventedExperiments(this.#networks, now),
      ...(scenario === 'many' && first !== undefined ? manyExperiments(first, 10_000, now) : []),
    ]
    setInterval(() => this.#tick(), tickMs)
  }

  async invoke<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>> {
    if (this.#scenario === 'loading' && command !== 'studio.settings') return new Promise(() => undefined)
    if (this.#scenario === 'broken' && command !== 'studio.settings') {
      return fail({
        code: 'store-corrupt',
        message: 'The store did not pass its check.',
        where: 'studio.sqlite, page 4711',
        remedy: 'The damaged file was moved aside; restore the newest backup on the Doctor page.',
      })
    }
    try {
      const handler = this.#handlers[command]
      return ok(await handler(input))
    } catch (thrown) {
      return fail(toAppError(thrown))
    }
  }

  async tokenForFile(file: unknown): Promise<Result<{ readonly token: string; readonly fileName: string }>> {
    const fileName = file instanceof File ? file.name : 'file'
    return ok({ token: `token-${fileName}`, fileName })
  }

  show(place: Place): void {
    this.announce('place-requested', place)
  }

  #tick(): void {
    for (const experiment of this.#experiments) {
      const run = experiment.latestRun
      if (experiment.status !== 'running' || run === undefined) continue
      const step = Math.min(run.totalSteps, run.step + 13)
      const moved: RunRecord = { ...run, step, remainingSeconds: (run.totalSteps - step) / 52.4 }
      this.#replace({ ...experiment, latestRun: moved })
      this.announce('run-metrics', {
        runId: run.id,
        run: moved,
        points: metricPoints(experiment.config, run.step, step, 5),
      })
    }
  }

  #replace(experiment: ExperimentRecord): void {
    this.#experiments = this.#experiments.map((item) => (item.id === experiment.id ? experiment : item))
  }

  #experiment(id: string): ExperimentRecord {
    const experiment = this.#experiments.find((item) => item.id === id)
    if (experiment === undefined) {
      throw new AppException({
        code: 'not-found',
        message: `There is no experiment ${id}.`,
        remedy: 'It may have been deleted.',
      })
    }
    return experiment
  }

  #experimentOfRun(runId: string): ExperimentRecord & { readonly latestRun: RunRecord } {
    const experiment = this.#experiment(runId.replace('run-', ''))
    if (experiment.latestRun === undefined) throw new AppException({ code: 'not-found', message: `No run ${runId}.` })
    return { ...experiment, latestRun: experiment.latestRun }
  }

  #network(id: string | undefined): InventedNetwork {
    const network = this.#networks.find(({ record }) => record.id === id)
    if (network === undefined) throw new AppException({ code: 'not-found', message: `There is no network ${id}.` })
    return network
  }

  #queue(): QueueState {
    const by = (status: ExperimentRecord['status']) => this.#experiments.filter((item) => item.status === status)
    const waiting = by('queued').toSorted((a, b) => (a.queuePosition ?? 0) - (b.queuePosition ?? 0))
    const ids = (records: readonly ExperimentRecord[]) => records.map(({ id }) => id)
    return {
      isActive: this.#isActive,
      places: 2,
      running: ids(by('running')),
      waiting: ids(waiting),
      paused: ids(by('paused')),
    }
  }

  #apply(ids: readonly string[], action: ExperimentAction): QueueState {
    for (const id of ids) {
      const experiment = this.#experiment(id)
      const status = nextStatus(experiment.status, action)
      if (status === undefined) {
        throw new AppException({
          code: 'conflict',
          message: `${experiment.name} is ${experiment.status}.`,
          remedy: 'Look again.',
        })
      }
      const { queuePosition: _, ...rest } = experiment
      const changed = {
        ...rest,
        status,
        ...(status === 'queued' ? { queuePosition: this.#queue().waiting.length + 1 } : {}),
      }
      this.#replace(changed)
      this.announce('experiment-changed', summaryOf(changed))
    }
    this.announce('queue-changed', this.#queue())
    return this.#queue()
  }

  async #work(taskId: string, title: string, total: number): Promise<void> {
    for (let done = 0; done <= total; done += total / 20) {
      if (this.#cancelled.has(taskId)) throw new AppException({ code: 'cancelled', message: `${title} was cancelled.` })
      this.announce('task-progress', { taskId, title, done, total })
      await new Promise((resolve) => setTimeout(resolve, 120))
    }
  }

  #announceLibrary(): void {
    this.announce('library-changed', { networks: this.#networks.map(({ record }) => record), datasets: this.#datasets })
  }

  readonly #handlers: CommandHandlers = {
    ...inventedStore,
    ...inventedClusters,
    'studio.info': async () => ({
      version: '0.1.0',
      storePath: '/home/researcher/.local/share/nern-studio',
      versions: { electron: '45.4.1', chromium: '156.0', node: '24.21.0', sqlite: '3.52.0', onnxruntime: '1.30.0' },
      platform: 'linux x64',
      isDemo: false,
      machine: { cores: 8, memoryBytes: 32 * 2 ** 30 },
      sampleShape: sampleShape(),
    }),
    'studio.settings': async () => this.#settings,
    'window.offer-actions': async () => undefined,
    'files.recent': async () => [],
    'files.forget-recent': async () => undefined,
    'window.memory': async () => emptyWindowMemory,
    'window.remember': async () => undefined,
    'studio.update-settings': async (changes) => {
      this.#settings = settingsSchema.parse({ ...this.#settings, ...changes })
      this.announce('settings-changed', this.#settings)
      return this.#settings
    },
    'doctor.run': async ({ probe }) => doctorReport(probe),
    'files.pick': async ({ kind }) => ({
      token: `token-${kind}`,
      fileName:
        { network: 'resnet20-12fca82f.th', 'export-folder': 'exports' }[kind as string] ?? 'cifar-10-binary.tar.gz',
    }),
    'files.pick-new': async ({ fileName }) => ({ token: 'token-new', fileName }),
    'files.show': async () => undefined,
    'experiments.export': async ({ taskId, formats }) => {
      await this.#work(taskId, 'writing onnx', 4)
      const name = 'ResNet-20-hidden-size-160'
      return {
        files: formats.map((format) => ({
          format,
          fileName: `${name}.${format === 'nern' ? 'nern.safetensors' : format}`,
          sizeBytes: format === 'nern' ? 283_512 : 1_093_240,
        })),
      }
    },
    'compressed.sketch': async ({ taskId }) => {
      await this.#work(taskId, 'estimating sizes', 20)
      return inventedSketch()
    },
    'candidates.find': async ({ taskId, limits }) => {
      await this.#work(taskId, 'trying compressions', 20)
      return inventedCandidates(limits)
    },
    'candidates.search': async ({ taskId, networkId, datasetId, limits }) => {
      await this.#work(taskId, 'trying compressions', 6)
      return inventedSearch({ networkId, datasetId, limits })
    },
    'candidates.searches': async () => [],
    'candidates.cancel-search': async ({ id }) => {
      throw new AppException({ code: 'not-found', message: 'This search is no longer known.', where: id })
    },
    'compressed.make': async ({ taskId, ratio }) => {
      await this.#work(taskId, 'coding the kernels', 20)
      if (ratio > inventedReach) {
        throw new AppException({
          code: 'invalid-argument',
          message: `A file ${ratio} times smaller is out of reach: names and shapes alone take more.`,
          remedy: `Ask for ${inventedReach} or less.`,
        })
      }
      return inventedCompressedFile(
        inventedNetwork('new', 'new', 'resnet20-cifar-b', 'imported', '').detail.shape,
        ratio,
      )
    },
    'compressed.measure': async ({ taskId, images }) => {
      await this.#work(taskId, 'measuring the compressed file', images)
      return { original: { correct: 921, total: images }, compressed: { correct: 913, total: images } }
    },
    'compressed.save': async ({ withLoader }) => ({
      fileNames: ['resnet20.spectral.safetensors', ...(withLoader ? ['nern_load.py'] : [])],
    }),
    'networks.list': async () => this.#networks.map(({ record }) => record),
    'networks.get': async ({ id }) => this.#network(id).detail,
    'networks.import': async ({ taskId, file, name }) => {
      await this.#work(taskId, 'Reading the checkpoint', 20)
      if (file !== 'sample' && name === undefined) {
        throw new AppException({
          code: 'architecture-unknown',
          message: 'The tensors of resnet20-12fca82f.th match no architecture of the zoo.',
          where: 'layer1.0.conv1.weight is [64, 64, 3, 3], expected [16, 16, 3, 3]',
          remedy: 'Choose a checkpoint of a CIFAR ResNet, or name the architecture.',
        })
      }
      const network = inventedNetwork(
        `net-${this.#networks.length + 1}`,
        name ?? 'ResNet-20 sample',
        'resnet20-cifar-b',
        'sample',
        new Date().toISOString(),
      )
      this.#networks = [...this.#networks, network]
      this.#announceLibrary()
      return { ...network.record, isNew: true, notes: [] }
    },
    'networks.inspect': async ({ taskId }) => {
      await this.#work(taskId, 'Reading the checkpoint', 5)
      const { record, shape, layers } = inventedNetwork('new', 'new', 'resnet20-cifar-b', 'imported', '').detail
      return {
        stateDicts: [],
        recognised: {
          ...record,
          description: { ...record, layers },
          shape,
          inputShape: { channels: 3, height: 32, width: 32 },
          format: 'pytorch-zip',
          evidence: '65 tensors match ResNet-20 (CIFAR, option B) by name and shape',
          notes: ['The prefix "module." of all tensors was stripped.'],
        },
      }
    },
    'networks.try-preprocessings': async ({ taskId, id, limit }) => {
      await this.#work(taskId, 'Trying preprocessing 1 of 6', limit)
      const own = this.#network(id).record.preprocessing
      const tried = preprocessingsToTry(own).map((preprocessing, index) => ({
        preprocessing,
        isCurrent: index === 0,
        correct: [610, 921, 905, 402, 233, 118][index] ?? 100,
      }))
      return judgeTrial(1000, 0.1, tried)
    },
    'networks.derive': async ({ id }) => ({ ...this.#network(id).record, isNew: true, notes: [] }),
    'networks.rename': async ({ id }) => this.#network(id).record,
    'library.trash': async () => ({ networks: [], datasets: [] }),
    'networks.restore': async () => undefined,
    'networks.remove': async () => undefined,
    'networks.trash': async ({ id }) => {
      throw new AppException({
        code: 'conflict',
        message: `${this.#network(id).record.name} is used by 9 experiments.`,
        remedy: 'Delete these experiments first.',
      })
    },
    'networks.evaluate': async ({ taskId, id, datasetId, split }) => {
      await this.#work(taskId, 'Measuring accuracy', 10_000)
      return { ...evaluation(`new-${id}`, split, 9173), networkId: id, datasetId }
    },
    'networks.kernels': async ({ id, layer, count }) => {
      const network = this.#network(id)
      const found = network.detail.shape.representedLayers.find(({ name }) => name === layer)
      const [filters, channels, height, width] = kernelShapeOf(found?.shape ?? [1, 1, 3, 3])
      const shown = Math.min(count, filters * channels)
      const kernels = Float32Array.from(network.parameters[layer]?.data.slice(0, shown * height * width) ?? [])
      return { kernelShape: [height, width], count: shown, kernels }
    },
    'datasets.list': async () => this.#datasets,
    'datasets.get': async ({ id }) => {
      const record = this.#datasets.find((dataset) => dataset.id === id)
      if (record?.kind === 'image-folder') {
        const none = record.classNames.map(() => 0)
        return {
          record,
          classCounts: { train: none, validation: none, test: none.map((_, i) => (i % 10 === 0 ? 1 : 0)) },
        }
      }
      if (record === undefined) throw new AppException({ code: 'not-found', message: 'There is no such data set.' })
      const each = (count: number) => record.classNames.map((_, index) => count / 10 + (index % 3) - 1)
      return { record, classCounts: { train: each(45_000), validation: each(5000), test: Array(10).fill(1000) } }
    },
    'datasets.import': async ({ taskId }) => {
      await this.#work(taskId, 'Decoding images', 60_000)
      const record = inventedDataset(Date.now())
      this.#datasets = [record]
      this.#announceLibrary()
      return { ...record, isNew: true }
    },
    'datasets.plan': async () => inventedPlan,
    'datasets.rename': async () => this.#handlers['datasets.get']({ id: 'data-1' }).then(({ record }) => record),
    'datasets.trash': async () => undefined,
    'datasets.restore': async () => undefined,
    'datasets.remove': async () => undefined,
    'datasets.samples': async ({ id, offset, count }) => inventedSamples(offset, count, id === 'data-2' ? 256 : 32),
    'datasets.images': async ({ id, indices }) => inventedSamples(0, indices.length, id === 'data-2' ? 256 : 32),
    'experiments.list': async ({ isTrashed = false }) => {
      const items = (isTrashed ? this.#trashed : this.#experiments).map(summaryOf)
      return { items, total: items.length }
    },
    // Only words: any other filter needs a store.
    'experiments.find': async ({ filter }) => {
      const words = filter?.type === 'words' ? filter.text : ''
      const found = this.#experiments.filter(({ name, notes }) => includesWords(name + notes, words))
      return { ids: found.map(({ id }) => id), total: found.length }
    },
    'experiments.values': async ({ ids, fields }) =>
      Object.fromEntries(fields.map((field) => [field, ids.map(() => null)])),
    'experiments.get': async ({ id }) => {
      const record = this.#experiment(id)
      const dataset = this.#datasets[0]
      return {
        record,
        runs: record.latestRun === undefined ? [] : [record.latestRun],
        ...(record.networkId === undefined ? {} : { network: this.#network(record.networkId).record }),
        ...(dataset === undefined ? {} : { dataset }),
        descendants: [],
      }
    },
    'experiments.fork': async ({ runId }) => this.#experimentOfRun(runId),
    'experiments.edit': async ({ id, config, name, datasetId }) => {
      const before = this.#experiment(id)
      const record = { ...before, config, datasetId, name: name ?? before.name }
      this.#experiments = this.#experiments.map((experiment) => (experiment.id === id ? record : experiment))
      this.announce('experiment-changed', summaryOf(record))
      return record
    },
    'experiments.create': async ({ config, name, networkId, datasetId, enqueue }) => {
      const id = `e${this.#experiments.length + 1}`
      const now = new Date().toISOString()
      const record: ExperimentRecord = {
        id,
        number: this.#experiments.length + 1,
        name: name ?? `Experiment ${this.#experiments.length + 1}`,
        status: enqueue ? 'queued' : 'draft',
        config,
        datasetId,
        isStarred: false,
        isArchived: false,
        tags: [],
        notes: '',
        createdAt: now,
        updatedAt: now,
        ...(networkId === undefined ? {} : { networkId }),
        ...(enqueue ? { queuePosition: this.#queue().waiting.length + 1 } : {}),
      }
      this.#experiments = [record, ...this.#experiments]
      this.announce('experiment-changed', summaryOf(record))
      this.announce('queue-changed', this.#queue())
      return record
    },
    'experiments.recipe': async ({ id }) => {
      const { config } = this.#experiment(id)
      const subject = { networkName: 'ResNet-20', datasetName: 'CIFAR-10' }
      const command = commandOf(config, subject)
      return { yaml: configToYaml(config), command, arguments: argumentsOf(config, subject) }
    },
    'configurations.read': async () => ({ fileName: 'small.yaml', text: 'preset: small' }),
    'configurations.write': async () => undefined,
    'experiments.expected-seconds': async ({ configs }) => configs.map(() => undefined),
    'experiments.update': async ({ id, name, tags, notes, isStarred, isArchived }) => {
      const before = this.#experiment(id)
      const changed = {
        ...before,
        name: name ?? before.name,
        tags: tags ?? before.tags,
        notes: notes ?? before.notes,
        isStarred: isStarred ?? before.isStarred,
        isArchived: isArchived ?? before.isArchived,
      }
      this.#replace(changed)
      this.announce('experiment-changed', summaryOf(changed))
      return summaryOf(changed)
    },
    'experiments.export-rows': async ({ ids }) => ({ rows: ids?.length ?? this.#experiments.length }),
    'experiments.trash': async ({ ids }) => {
      const isMeant = ({ id }: ExperimentRecord): boolean => ids.includes(id)
      this.#trashed = [...this.#experiments.filter(isMeant), ...this.#trashed]
      this.#experiments = this.#experiments.filter((experiment) => !isMeant(experiment))
      this.announce('experiments-removed', { ids })
      this.announce('trash-changed', { count: this.#trashed.length })
      return undefined
    },
    'experiments.restore': async ({ ids }) => {
      const isMeant = ({ id }: ExperimentRecord): boolean => ids.includes(id)
      const restored = this.#trashed.filter(isMeant)
      this.#trashed = this.#trashed.filter((experiment) => !isMeant(experiment))
      this.#experiments = [...restored, ...this.#experiments]
      for (const experiment of restored) this.announce('experiment-changed', summaryOf(experiment))
      this.announce('trash-changed', { count: this.#trashed.length })
      return undefined
    },
    'experiments.delete-forever': async ({ ids }) => {
      this.#trashed = this.#trashed.filter(({ id }) => !ids.includes(id))
      this.announce('trash-changed', { count: this.#trashed.length })
      return undefined
    },
    'experiments.empty-trash': async () => {
      const count = this.#trashed.length
      this.#trashed = []
      this.announce('trash-changed', { count: 0 })
      return { count }
    },
    'views.list': async () => this.#views,
    'views.save': async ({ id = `view-${this.#views.length + 1}`, name, view }) => {
      const now = new Date().toISOString()
      const saved: SavedView = { id, name, view, createdAt: now, updatedAt: now }
      this.#views = [...this.#views.filter((other) => other.id !== id), saved]
      this.announce('views-changed', this.#views)
      return saved
    },
    'views.remove': async ({ id }) => {
      this.#views = this.#views.filter((view) => view.id !== id)
      this.announce('views-changed', this.#views)
      return undefined
    },
    'experiments.compare': async ({ ids, split }) => {
      const experiments = ids.map((id) => this.#experiment(id))
      return {
        ...this.#comparison(experiments, split),
        configRows: alignConfigs(experiments.map(({ config }) => config)),
      }
    },
    ...inventedBatches(() => this.#queue()),
    'comparisons.flips': async () => {
      const classNames = this.#datasets[0]?.classNames ?? []
      const flips = Array.from({ length: 190 }, (_, at) => {
        const [label, other] = [at % classNames.length, (3 * at + 1) % classNames.length]
        const right = { classIndex: label, confidence: 0.5 + 0.4 * Math.abs(Math.sin(at)) }
        const wrong = { classIndex: other === label ? (label + 1) % classNames.length : other, confidence: 0.4 }
        return {
          image: 47 * at,
          label,
          ...(at % 3 === 0 ? { first: right, second: wrong } : { first: wrong, second: right }),
        }
      })
      return { datasetId: 'data-1', classNames, images: 10_000, flips }
    },
    'comparisons.export': async () => undefined,
    'comparisons.confusion': async () => {
      const classNames = this.#datasets[0]?.classNames ?? []
      const cells = classNames.flatMap((_, label) => [
        { label, predicted: label, count: 900 + label },
        { label, predicted: (label + 2) % classNames.length, count: 20 + 3 * label },
      ])
      return { classNames, cells }
    },
    'queue.list': async () => this.#queue(),
    'queue.enqueue': async ({ ids }) => this.#apply(ids, 'enqueue'),
    'queue.pause': async ({ ids }) => this.#apply(ids, 'pause'),
    'queue.resume': async ({ ids }) => this.#apply(ids, 'resume'),
    'queue.cancel': async ({ ids }) => this.#apply(ids, 'cancel'),
    'queue.retry': async ({ ids }) => this.#apply(ids, 'retry'),
    'queue.move': async ({ id, position }) => {
      const order = this.#queue().waiting.filter((item) => item !== id)
      order.splice(position - 1, 0, id)
      order.forEach((item, index) => this.#replace({ ...this.#experiment(item), queuePosition: index + 1 }))
      this.announce('queue-changed', this.#queue())
      return this.#queue()
    },
    'queue.clear': async () => {
      const ids = this.#queue().waiting
      return { ids, state: this.#apply(ids, 'cancel') }
    },
    'queue.restore': async ({ ids }) => this.#apply(ids, 'put-back'),
    'queue.times': async () => {
      const running = this.#queue().running.map(() => ({ device: 'cpu', seconds: 1260 }))
      // Every fifth has never been measured.
      const seconds = this.#queue().waiting.map((_id, index) => (index % 5 === 4 ? undefined : 240 + 65 * index))
      const { waiting, ...all } = scheduleQueue(
        running,
        seconds.map((one) => ({ device: 'cpu', seconds: one })),
        () => 2,
      )
      const told = this.#queue().waiting.map((id, index) => ({
        id,
        seconds: seconds[index],
        startsIn: undefined,
        endsIn: undefined,
        ...waiting[index],
      }))
      return { ...all, waiting: told }
    },
    'queue.set-active': async ({ isActive }) => {
      this.#isActive = isActive
      this.announce('queue-changed', this.#queue())
      return this.#queue()
    },
    'runs.get': async ({ id }) => this.#experimentOfRun(id).latestRun,
    'runs.list': async ({ experimentId }) => {
      const run = this.#experiment(experimentId).latestRun
      return run === undefined ? [] : [run]
    },
    'runs.metrics': async ({ id, maxPoints }) => {
      const { config, latestRun } = this.#experimentOfRun(id)
      return metricPoints(config, 0, latestRun.step, Math.max(5, Math.ceil(latestRun.step / (maxPoints ?? Infinity))))
    },
    'runs.curves': async ({ ids, metrics, window, maxPoints }) =>
      ids.map((id) => {
        const { config, latestRun } = this.#experimentOfRun(id)
        const { afterStep, upToStep } = window ?? { afterStep: 0, upToStep: Infinity }
        const from = Math.max(0, afterStep)
        const to = Math.min(latestRun.step, upToStep)
        const points = metricPoints(config, from, to, Math.max(5, Math.ceil((to - from) / maxPoints)))
        return inventedCurves(latestRun.id, config, points, metrics)
      }),
    'charts.write': () => Promise.resolve(undefined),
    'charts.write-points': () => Promise.resolve(undefined),
    'runs.preview': async ({ id }) => {
      const { networkId, latestRun } = this.#experimentOfRun(id)
      return networkId === undefined ? [] : kernelPreviews(this.#network(networkId), latestRun.step)
    },
    'runs.kernels': async ({ id, layer }) => {
      const experiment = this.#experimentOfRun(id)
      return inventedKernels(this.#network(experiment.networkId), experiment.latestRun.step, layer)
    },
    'runs.codes': async ({ taskId, id }) => {
      await this.#work(taskId, 'reading the package', 1)
      return inventedCodes(this.#network(this.#experimentOfRun(id).networkId))
    },
    'runs.log': async ({ id }) => logLines(this.#experimentOfRun(id).latestRun, this.#nowMs),
    'runs.save-checkpoint': () => Promise.resolve(undefined),
    'runs.checkpoints': async ({ id }) => checkpoints(this.#experimentOfRun(id).latestRun, this.#nowMs),
    'runs.measure-importance': async ({ taskId, id, level, split, limit }) => {
      const { latestRun } = this.#experimentOfRun(id)
      await this.#work(taskId, 'pruning by relative error', 47)
      const record = inventedImportance(latestRun, level, split, limit === 0 ? 5000 : limit, new Date().toISOString())
      this.#importance = [record, ...this.#importance]
      return record
    },
    'runs.importance': async ({ id }) => {
      const { latestRun } = this.#experimentOfRun(id)
      const kept = inventedImportance(latestRun, 'weight', 'validation', 5000, before(this.#nowMs, 90))
      return [...this.#importance, ...(id === 'run-e7' ? [kept] : [])].filter(({ runId }) => runId === id)
    },
    'experiments.export-sizes': async ({ taskId }) => {
      await this.#work(taskId, 'writing onnx', 3)
      const formats = ['nern', 'loader', 'safetensors', 'npz', 'onnx', 'report'] as const
      const files = formats.map((format, at) => ({ format, fileName: `run.${format}`, sizeBytes: 74_211 * (1 + at) }))
      return { files }
    },
    'runs.measure-layers': async ({ taskId, id, split, limit }) => {
      const { latestRun } = this.#experimentOfRun(id)
      await this.#work(taskId, 'only conv1.weight', 44)
      return inventedLayerEffects(latestRun, split, limit === 0 ? 5000 : limit, new Date().toISOString())
    },
    'runs.layers': async ({ id }) => {
      const { latestRun } = this.#experimentOfRun(id)
      return [inventedLayerEffects(latestRun, 'validation', 1000, before(this.#nowMs, 30))]
    },
    'tasks.cancel': async ({ taskId }) => {
      this.#cancelled.add(taskId)
      return undefined
    },
  }

  #comparison(experiments: readonly ExperimentRecord[], split: SplitName): Omit<Comparison, 'configRows'> {
    const entries = experiments.map((experiment) => this.#comparisonEntry(experiment, split))
    const originals = new Map<string, ComparedOriginal>()
    for (const { network, dataset, original } of entries) {
      if (network === undefined || dataset === undefined || original === undefined) continue
      originals.set(network.id, {
        network,
        dataset,
        evaluation: original,
        perClass: perClass(dataset, original.accuracy),
      })
    }
    const subjects = [
      ...[...originals.values()].map(({ network, dataset, evaluation }) => ({
        subject: { networkId: network.id, datasetId: dataset.id },
        measured: evaluation,
      })),
      ...entries.map((entry) => ({ subject: { experimentId: entry.experiment.id }, measured: entry.reconstructed })),
    ]
    const pairs = subjects.flatMap((first, index) =>
      subjects.slice(index + 1).flatMap((second): ComparedPair[] => {
        if (first.measured === undefined || second.measured === undefined) return []
        const agreement = agreementOfCounts(first.measured, second.measured)
        return [{ first: first.subject, second: second.subject, agreement }]
      }),
    )
    return { split, originals: [...originals.values()], entries, pairs }
  }

  #comparisonEntry(experiment: ExperimentRecord, split: SplitName): ComparisonEntry {
    const result = experiment.latestRun?.result
    const pair = isPackaged(result) ? result.accuracies.find((item) => item.split === split) : undefined
    const dataset = this.#datasets[0]
    if (pair === undefined || experiment.networkId === undefined || dataset === undefined) return { experiment }
    const { original, reconstructed } = pair
    return {
      experiment,
      network: this.#network(experiment.networkId).record,
      dataset,
      original: evaluation('original', split, original.correct, original.total),
      reconstructed: evaluation(`of-${experiment.id}`, split, reconstructed.correct, reconstructed.total),
      perClass: perClass(dataset, reconstructed.correct / reconstructed.total),
    }
  }
}

function perClass({ classNames }: DatasetRecord, base: number): readonly number[] {
  return classNames.map((_, index) => base + 0.05 * Math.sin(1 + 2.1 * index))
}

function agreementOfCounts(first: EvaluationRecord, second: EvaluationRecord): ComparedPair['agreement'] {
  const onlySecond = 61 + Math.max(0, second.correct - first.correct)
  const onlyFirst = first.correct - second.correct + onlySecond
  const bothRight = first.correct - onlyFirst
  return { bothRight, onlyFirst, onlySecond, bothWrong: first.total - bothRight - onlyFirst - onlySecond }
}

function includesWords(text: string, words: string): boolean {
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word))
}

function evaluation(id: string, split: SplitName, correct: number, total = 10_000): EvaluationRecord {
  return {
    id,
    datasetId: 'data-1',
    split,
    correct,
    total,
    accuracy: correct / total,
    device: 'onnxruntime cpu, 2 threads',
    hasConfidences: true,
    createdAt: new Date().toISOString(),
  }
}

function doctorReport(isProbed: boolean): DoctorReport {
  return {
    engines: [
      {
        executor: 'onnxruntime',
        provider: 'cpu',
        status: 'available',
        isVerified: true,
        detail: 'ONNX Runtime 1.30.0 with its CPU provider; run by the project’s own tests.',
        ...(isProbed
          ? {
              probe: {
                isPassed: true,
                deviation: 3.1e-7,
                millisecondsPerStep: 18.4,
                device: 'onnxruntime cpu, Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz, 2 threads',
              },
            }
          : {}),
      },
      {
        executor: 'onnxruntime',
        provider: 'webgpu',
        status: 'available',
        isVerified: false,
        detail: 'The provider is there; nobody has run the tests on a graphics processor yet.',
        ...(isProbed
          ? {
              probe: {
                isPassed: false,
                deviation: 0,
                millisecondsPerStep: 0,
                device: 'none',
                error: 'No adapter was found: the machine has no graphics processor or no driver for it.',
              },
            }
          : {}),
      },
      {
        executor: 'onnxruntime',
        provider: 'cuda',
        status: 'unavailable',
        isVerified: false,
        detail: 'The CUDA provider is not installed. Install CUDA 12 and the GPU build of onnxruntime-node.',
      },
      {
        executor: 'tensorflow',
        provider: 'cuda',
        status: 'unavailable',
        isVerified: false,
        detail: 'The optional package @tensorflow/tfjs-node-gpu is not installed; it needs CUDA 11.',
      },
    ],
    store: {
      path: '/home/researcher/.local/share/nern-studio',
      sizeBytes: 214_958_080,
      schemaVersion: 1,
      isHealthy: true,
      detail: 'quick_check passed at the start of the studio; the newest backup is 2 h old.',
    },
    system: {
      platform: 'Linux 6.1, x64',
      processor: 'AMD EPYC 7B13',
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      freeDiskBytes: 78 * 2 ** 30,
    },
    versions: { 'NeRN Studio': '0.1.0', Electron: '45.4.1', Chromium: '156.0', Node: '24.21.0', SQLite: '3.52.0' },
    unverified: [
      'tfjs-node-gpu and CUDA: no machine with an NVIDIA card ran the tests.',
      'macOS and Windows: built from the same sources, started by nobody.',
      'The current Electron binary: tests ran on an older one where it could not be downloaded.',
    ],
  }
}
