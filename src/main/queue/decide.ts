import type { ProviderName } from '#shared/execution/executors.ts'

export interface WaitingExperiment {
  readonly id: string
  /** What two executors share: a kind of processor, whatever library drives it. */
  readonly device: ProviderName
}

export interface QueueSituation {
  readonly isActive: boolean
  /** When given, nothing else is started, active or not. */
  readonly only?: ReadonlySet<string>
  /** In the order of the queue. */
  readonly waiting: readonly WaitingExperiment[]
  /** The device of each that runs. */
  readonly busy: readonly ProviderName[]
  /** How many run at once on a device. */
  readonly placesOn: (device: ProviderName) => number
}

/** Which waiting experiments to start now: the first in line for each free place. */
export function experimentsToStart({ isActive, only, waiting, busy, placesOn }: QueueSituation): readonly string[] {
  const taken = new Map<ProviderName, number>()
  const take = (device: ProviderName): void => void taken.set(device, (taken.get(device) ?? 0) + 1)
  busy.forEach(take)
  return waiting
    .filter(({ id }) => (only === undefined ? isActive : only.has(id)))
    .filter(({ device }) => {
      if ((taken.get(device) ?? 0) >= placesOn(device)) return false
      take(device)
      return true
    })
    .map(({ id }) => id)
}
