/**
 * How long a run will still take, from what its parts cost. A run is planned as stages of equal units (steps of a phase,
 * batches of an evaluation, the package); each stage has a pace in seconds a unit: measured in this attempt, else known
 * from earlier runs on this machine, else from a probe.
 */
import type { SecondsByStage, Stage } from '#shared/experiment/stages.ts'

/** A pace follows a machine that gets busy: what was measured this many seconds ago counts a third. */
const memorySeconds = 30
/** From here on the measured pace of a stage is worth more than one known from before. */
const trustedSeconds = 2

interface Progress {
  readonly units: number
  readonly assumedSeconds: number | undefined
  done: number
  /** Units and seconds measured in this attempt, older ones faded. */
  measuredUnits: number
  measuredSeconds: number
}

export class TimeLeft {
  readonly #stages: ReadonlyMap<string, Progress>
  readonly #known: Map<string, number>
  /** Of stages with a known pace: what they took by now and should have taken, older ones faded. */
  #taken = 0
  #expected = 0

  /** @param known paces from before, by stage; others than those of `stages` are ignored */
  constructor(stages: readonly Stage[], known: SecondsByStage) {
    this.#stages = new Map(
      stages
        .filter(({ units }) => units > 0)
        .map(({ name, units, assumedSeconds }) => [
          name,
          { units, assumedSeconds, done: 0, measuredUnits: 0, measuredSeconds: 0 },
        ]),
    )
    this.#known = new Map(Object.entries(known))
  }

  /** `units` more of a stage were done and took `seconds`. */
  record(name: string, units: number, seconds: number): void {
    const stage = this.#stages.get(name)
    if (stage === undefined) return
    const kept = Math.exp(-seconds / memorySeconds)
    stage.done += units
    stage.measuredUnits = stage.measuredUnits * kept + units
    stage.measuredSeconds = stage.measuredSeconds * kept + seconds
    const known = this.#known.get(name)
    if (known === undefined) return
    this.#taken = this.#taken * kept + seconds
    this.#expected = this.#expected * kept + known * units
  }

  /** `units` of a stage were done by an earlier attempt, or need not be done. */
  skip(name: string, units: number): void {
    const stage = this.#stages.get(name)
    if (stage !== undefined) stage.done += units
  }

  /** A pace that a probe measured just now. */
  learn(name: string, secondsPerUnit: number): void {
    this.#known.set(name, secondsPerUnit / this.#slowness)
  }

  /** Stages that are still to come and whose pace nobody knows. */
  get unknown(): readonly string[] {
    return [...this.#stages].filter(([name, stage]) => this.#isUnknown(name, stage)).map(([name]) => name)
  }

  /** Undefined while a stage that is still to come has no pace. */
  get remainingSeconds(): number | undefined {
    let sum = 0
    for (const [name, stage] of this.#stages) {
      const left = stage.units - stage.done
      if (left <= 0) continue
      const pace = this.#paceOf(name, stage)
      if (pace === undefined) return undefined
      sum += left * pace
    }
    return sum
  }

  /** What this attempt has measured, for the runs to come. */
  get measured(): SecondsByStage {
    return Object.fromEntries(
      [...this.#stages].flatMap(([name, { measuredUnits, measuredSeconds }]) =>
        measuredUnits > 0 ? [[name, measuredSeconds / measuredUnits] as const] : [],
      ),
    )
  }

  /** How much longer things take now than they are known to: something else may use the machine. */
  get #slowness(): number {
    return this.#expected > 0 && this.#taken > trustedSeconds ? this.#taken / this.#expected : 1
  }

  #isUnknown(name: string, stage: Progress): boolean {
    return (
      stage.done < stage.units &&
      stage.measuredUnits === 0 &&
      !this.#known.has(name) &&
      stage.assumedSeconds === undefined
    )
  }

  #paceOf(name: string, { measuredUnits, measuredSeconds, assumedSeconds }: Progress): number | undefined {
    const before = this.#known.get(name)
    const known = before === undefined ? assumedSeconds : before * this.#slowness
    if (measuredUnits === 0) return known
    const measured = measuredSeconds / measuredUnits
    if (known === undefined) return measured
    // A few units say little: what is known from before counts like a measurement of some seconds.
    const trust = Math.min(1, measuredSeconds / trustedSeconds)
    return trust * measured + (1 - trust) * known
  }
}
