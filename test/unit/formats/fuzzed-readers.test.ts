/** Every reader against a few hundred hostile files; `npm run fuzz` has many more (docs/fuzzing.md). */
import { expect, it } from 'vitest'
import { fuzzedFile, runCampaign, shortcomings } from '#test/fuzz/campaign.ts'
import { fuzzedReaders } from '#test/fuzz/readers/index.ts'

const files = 700

it.each(fuzzedReaders)('$name answers every file with a value or an error that names the place', async (reader) => {
  const outcome = await runCampaign(reader, { files, seed: 1 })
  expect(outcome.faults).toEqual([])
  expect(shortcomings(reader, outcome)).toEqual([])
})

it('makes the same file of the same seed and number', () => {
  for (const reader of fuzzedReaders) {
    expect(fuzzedFile(reader, 7, 50), reader.name).toEqual(fuzzedFile(reader, 7, 50))
    expect(fuzzedFile(reader, 7, 50), reader.name).not.toEqual(fuzzedFile(reader, 8, 50))
  }
})
