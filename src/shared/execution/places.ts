/**
 * Places: how many experiments run on a machine at once. A processor of many cores has several, each with its share of the
 * threads; any other device has one, since experiments there would only wait for each other.
 */
import type { ProviderName } from './executors.ts'

/** What a machine offers to experiments. */
export interface Machine {
  /** Physical cores; logical ones where the system does not tell them apart. */
  readonly cores: number
  readonly memoryBytes: number
}

/** With fewer cores a step gets slower than a second experiment is worth. */
const coresAPlace = 4
/** More than any preset takes, with what the system itself needs. */
const memoryAPlace = 4 * 2 ** 30

export const mostPlaces = 64

/** Places of the processor while nobody has chosen a number: one for every 4 cores and 4 GiB, at least one. */
export function defaultPlaces({ cores, memoryBytes }: Machine): number {
  const fitting = Math.floor(Math.min(cores / coresAPlace, memoryBytes / memoryAPlace))
  return Math.max(1, Math.min(fitting, mostPlaces))
}

/** Experiments that run at once on a kind of device, where the processor has `cpuPlaces`. */
export function placesOn(provider: ProviderName, cpuPlaces: number): number {
  return provider === 'cpu' ? cpuPlaces : 1
}

/** Threads of one place, in the words of `ExecutorChoice`: 0, all cores, where there is but one place. */
export function threadsOfPlace(cores: number, places: number): number {
  return places === 1 ? 0 : Math.max(1, Math.floor(cores / places))
}
