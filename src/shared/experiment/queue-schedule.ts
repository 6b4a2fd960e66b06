/** When which experiment of a queue begins and ends, from how long each takes. */

export interface TimedRun {
  /** What no two more runs than it has places use at once. */
  readonly device: string
  /** It will still take; undefined while nobody knows. */
  readonly seconds: number | undefined
}

/** Seconds from now; undefined where something that comes before has no known time. */
export interface PlannedRun {
  readonly startsIn: number | undefined
  readonly endsIn: number | undefined
}

export interface QueueSchedule {
  /** In the order of the queue. */
  readonly waiting: readonly PlannedRun[]
  /** Until the last one has ended; those whose time nobody knows count as nothing. */
  readonly seconds: number
  /** Runs whose time nobody knows. */
  readonly unknown: number
}

interface Place {
  /** Seconds from now; at the earliest where it is not known. */
  freeIn: number
  isKnown: boolean
}

/**
 * Each waiting run takes the place of its device that is free first.
 * @param placesOf how many run at once on a device
 */
export function scheduleQueue(
  running: readonly TimedRun[],
  waiting: readonly TimedRun[],
  placesOf: (device: string) => number,
): QueueSchedule {
  const devices = new Map<string, Place[]>()
  const placesOn = (device: string): Place[] => {
    const known = devices.get(device)
    if (known !== undefined) return known
    const onDevice = running.filter((run) => run.device === device).map(({ seconds }) => placeAfter(0, true, seconds))
    // More may run than there are places now: those that end first do not free one.
    onDevice.sort((a, b) => b.freeIn - a.freeIn)
    const count = Math.max(1, placesOf(device))
    const free = Array.from({ length: Math.max(0, count - onDevice.length) }, () => ({ freeIn: 0, isKnown: true }))
    const places = [...onDevice.slice(0, count), ...free]
    devices.set(device, places)
    return places
  }
  running.forEach(({ device }) => placesOn(device))
  const planned = waiting.map(({ device, seconds }): PlannedRun => {
    const places = placesOn(device)
    const first = places.reduce((best, place) => (place.freeIn < best.freeIn ? place : best))
    const startsIn = first.isKnown ? first.freeIn : undefined
    Object.assign(first, placeAfter(first.freeIn, first.isKnown, seconds))
    return { startsIn, endsIn: first.isKnown ? first.freeIn : undefined }
  })
  return {
    waiting: planned,
    seconds: Math.max(0, ...[...devices.values()].flat().map(({ freeIn }) => freeIn)),
    unknown: [...running, ...waiting].filter(({ seconds }) => seconds === undefined).length,
  }
}

function placeAfter(from: number, isKnown: boolean, seconds: number | undefined): Place {
  return { freeIn: from + (seconds ?? 0), isKnown: isKnown && seconds !== undefined }
}
