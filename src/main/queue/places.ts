import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { countPhysicalCores } from '#shared/execution/physical-cores.ts'
import { defaultPlaces, threadsOfPlace, type Machine } from '#shared/execution/places.ts'
import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'

/** The machine this process runs on. */
export function thisMachine(): Machine {
  const available = availableParallelism()
  const files = { list: readdirSync, read: (path: string) => readFileSync(path, 'utf8') }
  return { cores: countPhysicalCores(files, available) ?? available, memoryBytes: totalmem() }
}

/** The places of one machine, as the settings want them. */
export class Places {
  readonly machine: Machine
  readonly #chosen: () => number

  /** @param chosen the setting: 0 leaves the number to the studio */
  constructor(machine: Machine, chosen: () => number) {
    this.machine = machine
    this.#chosen = chosen
  }

  /** Experiments that run at once on the processor. */
  get count(): number {
    const chosen = this.#chosen()
    return chosen === 0 ? defaultPlaces(this.machine) : chosen
  }

  /**
   * The same executor with the threads of one place. A number of threads that somebody chose stays: a run's results depend on
   * it, to the last bit.
   */
  executorOfPlace(choice: ExecutorChoice): ExecutorChoice {
    if (choice.provider !== 'cpu' || choice.threads !== 0) return choice
    return { ...choice, threads: threadsOfPlace(this.machine.cores, this.count) }
  }
}
