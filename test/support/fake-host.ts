import { createHash } from 'node:crypto'
import type { TrainerExit, TrainerHost } from '#main/trainer-host/trainer-host.ts'
import type { FromTrainer, ToTrainer } from '#shared/protocol/trainer-protocol.ts'

/** A trainer process that does what the test says. */
export class FakeHost implements TrainerHost {
  readonly sent: ToTrainer[] = []
  readonly #onMessage: ((message: unknown) => void)[] = []
  readonly #onExit: ((exit: TrainerExit) => void)[] = []
  pid: number | undefined

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage.push(listener)
  }

  onExit(listener: (exit: TrainerExit) => void): void {
    this.#onExit.push(listener)
  }

  start(): void {
    this.pid = 1
  }

  send(message: ToTrainer): void {
    this.sent.push(message)
  }

  kill(): void {
    this.exit({ code: undefined, reason: 'killed by SIGKILL' })
  }

  say(message: FromTrainer): void {
    this.#onMessage.forEach((listener) => listener(message))
  }

  exit(exit: TrainerExit = { code: 0, reason: 'exit code 0' }): void {
    if (this.pid === undefined) return
    this.pid = undefined
    this.#onExit.forEach((listener) => listener(exit))
  }
}

/** Hosts in the order they were made; `next` waits for the one after those already taken. */
export class FakeHosts {
  readonly #made: FakeHost[] = []
  readonly #waiting: ((host: FakeHost) => void)[] = []

  readonly create = (): TrainerHost => {
    const host = new FakeHost()
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#made.push(host)
    // After `start`, which follows at once.
    else setImmediate(() => waiting(host))
    return host
  }

  next(): Promise<FakeHost> {
    const made = this.#made.shift()
    if (made !== undefined) return Promise.resolve(made)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

export const ready = { type: 'ready', version: 1, pid: 1 } as const

export function heartbeat(step: number): FromTrainer {
  return { type: 'heartbeat', step, rssBytes: 0, cpuSeconds: 0 }
}

export function checkpoint(step: number, bytes = Uint8Array.of(step)): Extract<FromTrainer, { type: 'checkpoint' }> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { type: 'checkpoint', step, phase: 'reconstruction', sha256, bytes }
}
