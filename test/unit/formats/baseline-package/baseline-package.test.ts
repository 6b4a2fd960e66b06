import { describe, expect, it } from 'vitest'
import { encodeIntegers } from '#formats/coding/integer-code.ts'
import {
  baselineBytes,
  isBaselinePackage,
  openBaselinePackage,
  readBaselinePackage,
} from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import { writePackage } from '#formats/nern-package/writer.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import type { Result } from '#shared/basics/result.ts'
import { integerBits } from '#shared/tensors/stored-tensor.ts'
import { rewritten } from '#test/fuzz/package-parts.ts'
import { madeUpBaseline, type MadeUpBaselineOptions } from '#test/support/made-up-baseline.ts'
import { madeUpPackage, madeUpTensor } from '#test/support/made-up-package.ts'
import { fuzz } from '../support/fuzz.ts'

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

const variants: readonly MadeUpBaselineOptions[] = [
  { kinds: ['float16'], kept: 'float32' },
  ...integerBits.map((bits) => ({ kinds: ['integer', 'codebook', 'float16', 'integer'] as const, bits })),
  { kinds: ['low-rank', 'sparse', 'codebook'], bits: 2 },
  { kinds: ['sparse', 'low-rank', 'sparse'], bits: 8 },
  { kinds: ['float16', 'low-rank', 'sparse'], bits: 2, shape: [24, 16, 3, 3] },
]

describe.each(variants)('a package of %o', (options) => {
  it.each([true, false])('reads back to the bit what was written, entropy coding %s', (allowsEntropy) => {
    const content = madeUpBaseline(options)
    const bytes = writeBaselinePackage(content, { allowsEntropy })
    expect(unwrap(readBaselinePackage(bytes, 'a'))).toEqual(content)
    expect(decompressed(unwrap(readBaselinePackage(bytes, 'a')).layers)).toEqual(decompressed(content.layers))
  })

  it('accounts for every byte', () => {
    const bytes = writeBaselinePackage(madeUpBaseline(options), { allowsEntropy: true })
    const { layers, kept, header } = baselineBytes(unwrap(openBaselinePackage(bytes, 'a')))
    expect(layers + kept.reduce((sum, entry) => sum + entry.bytes, 0) + header).toBe(bytes.byteLength)
  })

  it('never does more than be refused, whatever its bytes', async () => {
    await fuzz(
      writeBaselinePackage(madeUpBaseline(options), { allowsEntropy: true }),
      (bytes) => readBaselinePackage(bytes, 'fuzzed'),
      ({ layers }) => decompressed(layers),
    )
  })
})

it('takes exactly its bits for every code when nothing is entropy coded', () => {
  const opened = openBaselinePackage(
    writeBaselinePackage(madeUpBaseline({ kinds: ['integer'], bits: 3 }), { allowsEntropy: false }),
    'a',
  )
  // 6 x 5 x 3 x 3 codes of 3 bits, and a half a filter.
  expect(baselineBytes(unwrap(opened)).layers).toBe(Math.ceil((270 * 3) / 8) + 6 * 2)
})

it('says the lowest version that has all it needs', () => {
  const versionOf = (options: MadeUpBaselineOptions, allowsEntropy: boolean) =>
    unwrap(openBaselinePackage(writeBaselinePackage(madeUpBaseline(options), { allowsEntropy }), 'a')).description
      .version
  const halves = { kinds: ['float16'], shape: [24, 16, 3, 3] } as const
  expect([versionOf({ kinds: ['integer'] }, false), versionOf(halves, false), versionOf(halves, true)]).toEqual([
    1, 1, 3,
  ])
  expect(versionOf({ kinds: ['integer'], shape: [24, 16, 3, 3], isUneven: true }, true)).toBe(4)
})

describe('integers by contexts', () => {
  const content = madeUpBaseline({ kinds: ['integer', 'codebook', 'integer'], shape: [24, 16, 3, 3], isUneven: true })
  const written = writeBaselinePackage(content, { allowsEntropy: true })
  const entries = unwrap(openBaselinePackage(written, 'a')).description.layers.flatMap((entry) =>
    entry.kind === 'integer' ? [entry] : [],
  )

  it('are written where they are shorter than histograms', () => {
    expect(entries.map(({ coding }) => coding)).toEqual(['contexts', 'contexts'])
    for (const { name, bytes } of entries) {
      const tensor = content.layers[name]
      if (tensor?.kind !== 'integer') throw new Error(`${name} is no integer layer`)
      expect(bytes, name).toBeLessThan(encodeIntegers(tensor.codes, tensor.bits).bytes.byteLength)
    }
    expect(unwrap(readBaselinePackage(written, 'a'))).toEqual(content)
  })

  it('are not written for kernels that are too large for them', () => {
    const large = madeUpBaseline({ kinds: ['integer'], shape: [3, 8, 40, 30], isUneven: true })
    const bytes = writeBaselinePackage(large, { allowsEntropy: true })
    expect(unwrap(openBaselinePackage(bytes, 'a')).description.layers).toMatchObject([{ coding: 'entropy' }])
  })

  it.each([
    ['in version 3', '"version":4', '"version":3', /expected version 4/],
    ['of fewer bits than they take', '"bits":4', '"bits":3', /at most 3/],
    ['of more kernels than their bytes hold', '[24,16,3,3]', '[24,160000,3,3]', /6144 codes a byte/],
    ['of kernels that are too large', '[24,16,3,3]', '[24,16,33,33]', /at most 1024 weights/],
    ['of more kernels', '[24,16,3,3]', '[24,17,3,3]', /coded stream|expected integers/],
  ])('are refused %s', (_, from, to, reason) => {
    const changed = rewritten(written, (description) => JSON.stringify(description).replace(from, to))
    expect(readBaselinePackage(changed, 'a')).toMatchObject({
      ok: false,
      error: { code: 'file-corrupt', message: expect.stringMatching(reason) },
    })
  })
})

it.each(['float16', 'low-rank', 'sparse'] as const)('is refused with coded halves of %s in version 2', (kind) => {
  const content = madeUpBaseline({ kinds: [kind], bits: 2, shape: [24, 32, 3, 3] })
  const written = writeBaselinePackage(content, { allowsEntropy: true })
  const older = rewritten(written, (description) => JSON.stringify({ ...description, version: 2 }))
  expect(readBaselinePackage(older, 'old')).toMatchObject({
    ok: false,
    error: { code: 'file-corrupt', where: 'old, description, version', message: expect.stringContaining('version 3') },
  })
})

it('keeps integers and halves that are kept at their bits, too, when nothing is entropy coded', () => {
  const content = madeUpBaseline({ kinds: ['integer'], bits: 3 })
  const random = Random.fromSeed(3)
  const kept = { integers: madeUpTensor([8, 90], 8, random), halves: madeUpTensor([900], 'float16', random) }
  const bytes = writeBaselinePackage({ ...content, kept }, { allowsEntropy: false })
  expect(baselineBytes(unwrap(openBaselinePackage(bytes, 'a'))).kept.map((entry) => entry.bytes)).toEqual([
    8 * 90 + 8 * 2,
    2 * 900,
  ])
})

it('is an ordinary safetensors file that no reader takes for a compressed package', () => {
  const bytes = writeBaselinePackage(madeUpBaseline({ kinds: ['integer'] }), { allowsEntropy: true })
  expect(isBaselinePackage(unwrap(readSafetensors(bytes, 'a')).metadata)).toBe(true)
  expect(readPackage(bytes, 'a')).toMatchObject({ ok: false, error: { code: 'file-unsupported' } })
  expect(readBaselinePackage(writePackage(madeUpPackage()), 'a')).toMatchObject({
    ok: false,
    error: { code: 'file-unsupported', remedy: expect.stringContaining('.baseline.safetensors') },
  })
})
