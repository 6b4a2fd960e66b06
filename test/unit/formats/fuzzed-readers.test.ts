/** Every reader against a few hundred hostile files; `npm run fuzz` has many more (docs/fuzzing.md). */
import { expect, it } from 'vitest'
import { fuzzedFile, runCampaign } from '#test/fuzz/campaign.ts'
import { fuzzedReaders } from '#test/fuzz/readers/index.ts'

const files = 700
/** Issue and docs/fuzzing.md: at least so many get past the first look, and no more memory than this. */
const leastRecognised = 0.3
const mostBytes = 512 * 2 ** 20

it.each(fuzzedReaders)('$name answers every file with a value or an error that names the place', async (reader) => {
  const outcome = await runCampaign(reader, { files, seed: 1 })
  expect(outcome.faults).toEqual([])
  expect(outcome.recognised / files).toBeGreaterThanOrEqual(leastRecognised)
  expect(outcome.peakBytes).toBeLessThan(mostBytes)
  // Both sides: a reader that accepts everything, or a fuzzer that breaks everything, would make this blind.
  expect(outcome.accepted).toBeGreaterThan(0)
  expect(Object.keys(outcome.byCode).sort()).toEqual([...reader.codes].sort())
})

it('makes the same file of the same seed and number', () => {
  for (const reader of fuzzedReaders) {
    expect(fuzzedFile(reader, 7, 50), reader.name).toEqual(fuzzedFile(reader, 7, 50))
    expect(fuzzedFile(reader, 7, 50), reader.name).not.toEqual(fuzzedFile(reader, 8, 50))
  }
})
