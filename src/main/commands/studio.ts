import { cpus, release, totalmem, type } from 'node:os'
import { randomUUID } from 'node:crypto'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { DoctorEngine, DoctorReport, StudioInfo } from '#shared/protocol/commands/studio.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { freeDiskBytes } from '../files/disk-space.ts'
import { sampleShape } from '../library/sample-shape.ts'
import { databaseBytes } from '../store/database-files.ts'
import type { TaskReport, Tasks } from '../context/tasks.ts'
import type { ResultOf } from '../trainer-host/single-job.ts'

type StudioHandlers = Pick<
  CommandHandlers,
  'studio.info' | 'studio.settings' | 'studio.update-settings' | 'doctor.run' | 'window.memory' | 'window.remember'
>

export interface StudioFacts {
  readonly version: string
  readonly isDemo: boolean
  /** Called when the number of places has been chosen anew. */
  readonly onPlaces: () => void
  readonly onCheckpointsKept: () => void
  /** Beyond Node and SQLite: Electron, Chromium ... */
  readonly versions: Readonly<Record<string, string>>
}

/** What nobody of the project has been able to run; shown by doctor and docs/limits.md, never as working. */
const unverified: readonly string[] = [
  'The tensorflow executor (@tensorflow/tfjs-node-gpu) and CUDA have not been tried on a machine with an NVIDIA GPU.',
  'The providers dml (Windows) and coreml (macOS) have not been tried.',
  'macOS and Windows have not been tried; the code is written for them.',
]

export function studioHandlers(context: StudioContext, tasks: Tasks, facts: StudioFacts): StudioHandlers {
  const { store, events } = context
  const platform = `${type()} ${release()} ${process.arch}`
  const versions = { ...facts.versions, Node: process.versions.node, SQLite: store.sqliteVersion }
  return {
    async 'studio.info'(): Promise<StudioInfo> {
      const { version, isDemo } = facts
      return {
        version,
        storePath: store.layout.folder,
        versions,
        platform,
        isDemo,
        machine: context.places.machine,
        sampleShape: sampleShape(),
      }
    },
    'studio.settings': async () => store.settings.all(),
    async 'studio.update-settings'(changes) {
      store.settings.change(changes)
      const settings = store.settings.all()
      events.emit('settings-changed', settings)
      if (changes.places !== undefined) facts.onPlaces()
      if (changes.checkpointsKept !== undefined) facts.onCheckpointsKept()
      return settings
    },
    'window.memory': async () => store.settings.get('window.memory'),
    async 'window.remember'(memory) {
      store.settings.set('window.memory', memory)
      return undefined
    },
    async 'doctor.run'({ probe }): Promise<DoctorReport> {
      const found = await tasks.run(`doctor ${randomUUID()}`, (report) => examineEngines(context, tasks, report, probe))
      const problem = store.check()
      const processors = cpus()
      return {
        engines: found.engines,
        store: {
          path: store.layout.folder,
          sizeBytes: databaseBytes(store.layout.database),
          schemaVersion: store.schemaVersion,
          isHealthy: problem === undefined,
          detail: [problem ?? 'SQLite finds nothing wrong.', ...store.notices].join(' '),
        },
        system: {
          platform,
          processor: processors[0]?.model.trim() ?? 'unknown',
          cores: processors.length,
          memoryBytes: totalmem(),
          freeDiskBytes: await freeDiskBytes(store.layout.folder),
        },
        versions: { ...versions, ...found.versions },
        unverified,
      }
    },
  }
}

async function examineEngines(
  context: StudioContext,
  tasks: Tasks,
  report: TaskReport,
  isProbing: boolean,
): Promise<{ readonly engines: readonly DoctorEngine[]; readonly versions: Readonly<Record<string, string>> }> {
  const { result } = await tasks.runJob(report, { kind: 'list-engines' })
  const engines: DoctorEngine[] = []
  for (const engine of result.engines) {
    const isTried = isProbing && engine.status === 'available'
    engines.push(isTried ? { ...engine, probe: await probeEngine(context, tasks, report, engine) } : engine)
  }
  return { engines, versions: result.versions }
}

/** A probe that fails is an answer, not an error; only cancelling ends the examination. */
async function probeEngine(
  context: StudioContext,
  tasks: Tasks,
  report: TaskReport,
  { executor, provider }: ResultOf<'list-engines'>['engines'][number],
): Promise<NonNullable<DoctorEngine['probe']>> {
  report.progress(`Trying ${executor} ${provider}`, 0, 0)
  const { threads } = context.executor()
  try {
    const { result } = await tasks.runJob(report, { kind: 'probe' }, { executor, provider, threads })
    const { deviation, millisecondsPerStep, device } = result
    return { isPassed: deviation <= MAX_PROBE_DEVIATION, deviation, millisecondsPerStep, device }
  } catch (thrown) {
    if (thrown instanceof AppException && thrown.code === 'cancelled') throw thrown
    const error = toAppError(thrown).message
    return { isPassed: false, deviation: NaN, millisecondsPerStep: NaN, device: '', error }
  }
}

/** float32 sums over a few thousand terms in another order. */
const MAX_PROBE_DEVIATION = 1e-3
