import { expect } from 'vitest'
import { Random } from '#shared/random.ts'
import { appErrorCodes, type Result } from '#shared/result.ts'

/** Mutations of each seed file in the ordinary test run; NERN_FUZZ_ITERATIONS sets more for a long one. */
const iterations = Number(process.env['NERN_FUZZ_ITERATIONS'] ?? 500)
const seed = Number(process.env['NERN_FUZZ_SEED'] ?? 1)
/** A reader of files of a few kB that needs longer hangs. */
const HANG_MS = 2000

/** Values that length, offset and count fields are tried with. */
const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]

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
    const bytes = mutate(valid, random)
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

function mutate(valid: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(valid)
  const edits = 1 + random.integer(4)
  for (let edit = 0; edit < edits; edit++) bytes = mutateOnce(bytes, random)
  return bytes
}

function mutateOnce(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  if (bytes.byteLength < 8) return Uint8Array.from([...bytes, random.integer(256)])
  const at = random.integer(bytes.byteLength)
  const length = 1 + random.integer(Math.min(64, bytes.byteLength - at))
  switch (random.integer(7)) {
    case 0:
      bytes[at] = random.integer(256)
      return bytes
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
      return bytes
    case 2: {
      const place = random.integer(bytes.byteLength - 3)
      new DataView(bytes.buffer).setUint32(place, extremes[random.integer(extremes.length)] ?? 0, true)
      return bytes
    }
    case 3:
      return bytes.slice(0, at)
    case 4:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)])
    case 5:
      return Uint8Array.from([...bytes.subarray(0, at + length), ...bytes.subarray(at)])
    default: {
      bytes.copyWithin(random.integer(bytes.byteLength), at, at + length)
      return bytes
    }
  }
}
