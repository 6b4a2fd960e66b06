import { expect } from 'vitest'
import { Random } from '#shared/basics/random.ts'
import { appErrorCodes, type Result } from '#shared/basics/result.ts'
import { mutateBytes } from '#test/fuzz/mutate-bytes.ts'

/** Mutations of each seed file in the ordinary test run; NERN_FUZZ_ITERATIONS sets more for a long one. */
const iterations = Number(process.env['NERN_FUZZ_ITERATIONS'] ?? 500)
const seed = Number(process.env['NERN_FUZZ_SEED'] ?? 1)
/** A reader of files of a few kB that needs longer hangs. */
const HANG_MS = 2000

/**
 * Feeds mutations of `valid` to a reader. Each answer must be a value or an error with a code other than `internal`,
 * soon. `use` touches everything in an accepted value, since readers may be lazy.
 */
export async function fuzz<T>(
  valid: Uint8Array,
  read: (bytes: Uint8Array) => Promise<Result<T>> | Result<T>,
  use: (value: T) => unknown,
): Promise<void> {
  const random = Random.fromSeed(seed, 'fuzz')
  let refused = 0
  for (let i = 0; i < iterations; i++) {
    const bytes = mutateBytes(valid, random)
    const context = `seed ${seed}, iteration ${i}, ${bytes.byteLength} bytes`
    const start = performance.now()
    const result = await read(bytes)
    if (result.ok) await use(result.value)
    else {
      refused++
      expect(appErrorCodes, context).toContain(result.error.code)
      expect(result.error, context).not.toMatchObject({ code: 'internal' })
      expect(result.error.where, context).toBeTypeOf('string')
    }
    expect(performance.now() - start, context).toBeLessThan(HANG_MS)
  }
  // A reader that accepts everything would make this test blind.
  expect(refused).toBeGreaterThan(0)
}
