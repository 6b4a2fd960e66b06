/** A change of the product that takes a guard away, and the test that must notice. */
export interface Mutant {
  /** What is no longer guarded. */
  readonly name: string
  readonly file: string
  /** Stands exactly once in the file. */
  readonly replaced: string
  readonly by: string
  /** File of tests: vitest's, or Playwright's below test/e2e. */
  readonly test: string
}
