/** What can be asked of the studio itself: its settings, its machine, its tasks. */
import { z } from 'zod'
import type { Machine } from '../../execution/places.ts'
import type { NetworkShape } from '../../package/accounting.ts'
import { empty, taskId } from '../fields.ts'
import { settingsSchema, type Settings } from '../settings.ts'

/** Their input schemas; a part of `commandInputs`. */
export const studioInputs = {
  'studio.info': empty,
  'studio.settings': empty,
  'studio.update-settings': settingsSchema.partial(),
  'doctor.run': z.strictObject({ probe: z.boolean() }),
  'tasks.cancel': z.strictObject({ taskId }),
} as const satisfies Record<string, z.ZodType>

export interface StudioInfo {
  readonly version: string
  readonly storePath: string
  /** Electron, Chromium, Node, SQLite, ONNX Runtime ... `undefined` entries are left out. */
  readonly versions: Readonly<Record<string, string>>
  readonly platform: string
  readonly isDemo: boolean
  readonly machine: Machine
  /** Of the network shipped with the studio: what it would weigh can be said before it is in the store. */
  readonly sampleShape: NetworkShape
}

export interface DoctorEngine {
  readonly executor: string
  readonly provider: string
  readonly status: 'available' | 'unavailable'
  /** Whether anybody ran this combination in the project's own tests. Unverified is never shown as working. */
  readonly isVerified: boolean
  /** What is known; of one that is unavailable, what to do. */
  readonly detail: string
  /** Why it is unavailable, in the words of the libraries behind it. */
  readonly reason?: string
  /** Outcome of the proof run, when asked for. */
  readonly probe?: {
    readonly isPassed: boolean
    readonly deviation: number
    readonly millisecondsPerStep: number
    readonly device: string
    readonly error?: string
  }
}

export interface DoctorReport {
  readonly engines: readonly DoctorEngine[]
  readonly store: {
    readonly path: string
    readonly sizeBytes: number
    readonly schemaVersion: number
    readonly isHealthy: boolean
    readonly detail: string
  }
  readonly system: {
    readonly platform: string
    readonly processor: string
    readonly cores: number
    readonly memoryBytes: number
    readonly freeDiskBytes: number
  }
  readonly versions: Readonly<Record<string, string>>
  /** What could not be tried by the project, in plain sentences. */
  readonly unverified: readonly string[]
}

/** A part of `CommandOutputs`. */
export interface StudioOutputs {
  'studio.info': StudioInfo
  'studio.settings': Settings
  'studio.update-settings': Settings
  'doctor.run': DoctorReport
  'tasks.cancel': undefined
}
