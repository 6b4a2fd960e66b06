import type { ToTrainer } from '#shared/protocol/trainer-protocol.ts'

export interface TrainerExit {
  /** Undefined when a signal or the system ended the process. */
  readonly code: number | undefined
  /** For people: `killed by SIGKILL`, `exit code 1: last line of its error output`. */
  readonly reason: string
  /** It ended for want of memory, as far as the system tells. */
  readonly isOutOfMemory?: boolean
}

/**
 * One trainer process. Two implementations: `fork-host` (Node) and `utility-host` (Electron). Listeners are registered
 * before `start`; after `onExit` has been called nothing else is.
 */
export interface TrainerHost {
  /** Undefined before the process runs and after it has gone. */
  readonly pid: number | undefined
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (exit: TrainerExit) => void): void
  /** Called once. A process that cannot be started exits with a reason; nothing is thrown. */
  start(): void
  /** Messages to a process that has gone are dropped: `onExit` tells. */
  send(message: ToTrainer): void
  /** Ends the process without asking. */
  kill(): void
}

/** Makes the host of a new process; `label` names it in logs and process lists. */
export type TrainerHostFactory = (label: string) => TrainerHost
