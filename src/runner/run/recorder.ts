import type { Clock } from '#main/basics/clock.ts'
import type { JobListener, TrainerEvent } from '#main/trainer-host/supervisor.ts'
import { packValue } from '#shared/cluster/packed.ts'
import type { AttachedMessage, EventLine } from '#shared/cluster/remote-events.ts'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import type { Attempt } from './attempt.ts'
import type { EventLog } from './event-log.ts'
import type { KeptFiles } from './kept-files.ts'

/** Many runs share a file system and a line to the studio, which looks twice a minute at best. */
const METRICS_INTERVAL_MS = 5_000
const PHASE_INTERVAL_MS = 5_000
const HEARTBEAT_INTERVAL_MS = 30_000
const PREVIEW_INTERVAL_MS = 60_000

/** What a trainer tells, as events of an attempt. Keeps nothing once the attempt is no longer the newest: throws `Fenced`. */
export class Recorder implements JobListener {
  readonly #attempt: Attempt
  readonly #log: EventLog
  readonly #files: KeptFiles
  readonly #clock: Clock
  /** All points since the last line, under what was said last. */
  #metrics: TrainerEvent<'metrics'> | undefined
  #metricsAt: number
  #phase = { name: '', at: 0 }
  #heartbeatAt = 0
  #preview: TrainerEvent<'preview'> | undefined
  #previewAt: number
  #hasKept = false

  constructor(attempt: Attempt, log: EventLog, files: KeptFiles, clock: Clock) {
    this.#attempt = attempt
    this.#log = log
    this.#files = files
    this.#clock = clock
    this.#metricsAt = clock.now()
    this.#previewAt = clock.now()
  }

  /** This attempt has kept a checkpoint. */
  get hasKept(): boolean {
    return this.#hasKept
  }

  async onMessage(message: Parameters<NonNullable<JobListener['onMessage']>>[0]): Promise<void> {
    const now = this.#clock.now()
    switch (message.type) {
      case 'metrics':
        this.#metrics = { ...message, points: [...(this.#metrics?.points ?? []), ...message.points] }
        if (now - this.#metricsAt >= METRICS_INTERVAL_MS) this.#tellMetrics()
        return
      case 'phase':
        if (message.phase === this.#phase.name && now - this.#phase.at < PHASE_INTERVAL_MS) return
        this.#phase = { name: message.phase, at: now }
        return this.#tell(message)
      case 'heartbeat':
        if (now - this.#heartbeatAt < HEARTBEAT_INTERVAL_MS) return
        this.#heartbeatAt = now
        return this.#tell(message)
      case 'preview':
        this.#preview = message
        if (now - this.#previewAt >= PREVIEW_INTERVAL_MS) await this.#tellPreview()
        return
      case 'started':
      case 'log':
      case 'stage-times':
        return this.#tell(message)
    }
  }

  async onCheckpoint(checkpoint: TrainerEvent<'checkpoint'>): Promise<void> {
    this.#attempt.assertNewest()
    const { step, bytes } = checkpoint
    // What was told of the steps before must not be lost with this process.
    this.#tellMetrics()
    const { value } = packValue(checkpoint)
    const file = await this.#files.addCheckpoint(step, bytes)
    this.#write({ type: 'attached', at: this.#clock.now(), of: 'checkpoint', step, file, packed: value })
    this.#hasKept = true
    this.#log.sync()
  }

  async onPermutation(permutation: TrainerEvent<'permutation'>): Promise<void> {
    this.#write({ type: 'attached', at: this.#clock.now(), ...(await this.#attach('permutation', permutation)) })
  }

  async onKernels(snapshot: TrainerEvent<'kernel-snapshot'>): Promise<void> {
    const attached = await this.#attach('kernel-snapshot', snapshot)
    this.#write({ type: 'attached', at: this.#clock.now(), ...attached, step: snapshot.step })
  }

  onNotice(level: 'warning' | 'error', text: string): void {
    this.note(level, text)
  }

  note(level: 'info' | 'warning' | 'error', text: string): void {
    this.#write({ type: 'note', at: this.#clock.now(), level, text: text.slice(0, 10_000) })
  }

  begin(event: Omit<Extract<EventLine, { type: 'attempt' }>, 'type' | 'at'>): void {
    this.#write({ type: 'attempt', at: this.#clock.now(), ...event })
    this.#log.sync()
  }

  /** A message with the bytes in it as a file. */
  async attachResult(message: TrainerEvent<'result'>): Promise<AttachedMessage> {
    return this.#attach('result', message)
  }

  /** Writes what was held back. */
  async flush(): Promise<void> {
    this.#tellMetrics()
    if (this.#preview !== undefined) await this.#tellPreview()
    this.#log.sync()
  }

  async #attach(of: AttachedMessage['of'], message: FromTrainer): Promise<AttachedMessage> {
    this.#attempt.assertNewest()
    const { value, bytes = new Uint8Array() } = packValue(message)
    return { of, file: await this.#files.add(bytes), packed: value }
  }

  #tellMetrics(): void {
    const metrics = this.#metrics
    if (metrics === undefined) return
    this.#metrics = undefined
    this.#metricsAt = this.#clock.now()
    this.#tell(metrics)
  }

  async #tellPreview(): Promise<void> {
    const preview = this.#preview
    if (preview === undefined) return
    this.#attempt.assertNewest()
    this.#preview = undefined
    this.#previewAt = this.#clock.now()
    const { value, bytes = new Uint8Array() } = packValue(preview)
    const file = await this.#files.addPreview(bytes)
    const { step } = preview
    this.#write({ type: 'attached', at: this.#clock.now(), of: 'preview', step, file, packed: value })
  }

  #tell(message: FromTrainer): void {
    this.#write({ type: 'message', at: this.#clock.now(), packed: packValue(message).value })
  }

  #write(event: EventLine): void {
    this.#attempt.assertNewest()
    this.#log.append(event)
  }
}
