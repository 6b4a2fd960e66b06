import { Random } from '#shared/basics/random.ts'

/** What one trial came to. */
export interface Trialled {
  /** What was done, for people. */
  readonly what: string
  /** What was lost, damaged, different or said wrongly; absent when all is well. */
  readonly wrong?: string | undefined
}

export type Trial = (random: Random) => Promise<Trialled>

/** One way to disturb the studio. */
export interface Campaign {
  readonly name: string
  /**
   * Makes what its trials share.
   * @param folder of its own, which is there as long as the trials
   */
  readonly begin: (folder: string) => Promise<Trial>
}

/** A trial by its seed, which repeats it. Never rejects: what was thrown is what went wrong. */
export async function runTrial({ name }: Campaign, trial: Trial, seed: number): Promise<TrialLine> {
  const line = (what: string, wrong?: string) => ({
    text: `${name} seed ${seed}: ${what}: ${wrong ?? 'ok'}`,
    isWrong: wrong !== undefined,
  })
  try {
    // Of its own for each trial, so that one can be repeated without those before it.
    const { what, wrong } = await trial(Random.fromSeed(seed, name))
    return line(what, wrong)
  } catch (thrown) {
    return line('thrown', thrown instanceof Error ? thrown.message : String(thrown))
  }
}

export interface TrialLine {
  readonly text: string
  readonly isWrong: boolean
}
