import type { KnobCandidate } from './choose-candidates.ts'
import type { KnobLimits } from './limits.ts'

/** A candidate with its time on this machine. */
export interface TimedCandidate extends KnobCandidate {
  /** Of a whole run; undefined while a part of it was never measured here. */
  readonly seconds?: number
}

/** The answer of the knob. */
export interface FoundCandidates {
  readonly limits: KnobLimits
  /** Three at most; empty where nothing is small enough. */
  readonly candidates: readonly TimedCandidate[]
  /** Bytes of the original's parameters in float32. */
  readonly originalBytes: number
  /** Of the smallest file that is offered at all. */
  readonly smallestBytes: number
}
