/** One way to run one kind of step. */
export interface Contender {
  readonly system: 'studio' | 'tfjs' | 'pytorch'
  /** What distinguishes it from the others of its system, e.g. `2 threads`. */
  readonly variant: string
  /** Losses of the first steps from the initial predictor; where a step has several, all of a step together. */
  losses(count: number): Promise<readonly number[]>
  /** Milliseconds a step, over `count` steps after one that does not count. */
  time(count: number): Promise<number>
  dispose(): Promise<void>
}
