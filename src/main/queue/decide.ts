import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'

export interface WaitingExperiment {
  readonly id: string
  /** See `deviceKey`. */
  readonly device: string
}

export interface QueueSituation {
  readonly isActive: boolean
  /** When given, nothing else is started, active or not. */
  readonly only?: ReadonlySet<string>
  /** In the order of the queue. */
  readonly waiting: readonly WaitingExperiment[]
  readonly busyDevices: ReadonlySet<string>
}

/** Which waiting experiments to start now: the first for each device that is free. */
export function experimentsToStart({ isActive, only, waiting, busyDevices }: QueueSituation): readonly string[] {
  const busy = new Set(busyDevices)
  return waiting
    .filter(({ id }) => (only === undefined ? isActive : only.has(id)))
    .filter(({ device }) => {
      if (busy.has(device)) return false
      busy.add(device)
      return true
    })
    .map(({ id }) => id)
}

/** What two executors must not use at once: a kind of processor, whatever library drives it. */
export function deviceKey({ provider }: Pick<ExecutorChoice, 'provider'>): string {
  return provider
}
