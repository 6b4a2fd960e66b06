/** nern_load.py beside the studio's reader of a baseline's package. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { readBack } from '#engine/quantisation/stored-parameters.ts'
import type { BaselinePackage } from '#formats/baseline-package/kind.ts'
import { openBaselinePackage, readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { decompressed, type CompressedTensor, type CompressedTensors } from '#shared/tensors/compressed-tensor.ts'
import { toFloat16Bits } from '#shared/basics/float16.ts'
import { Random } from '#shared/basics/random.ts'
import { unwrap } from '#shared/basics/result.ts'
import { integerBits } from '#shared/tensors/stored-tensor.ts'
import { fuzzedFile } from '#test/fuzz/campaign.ts'
import { rewritten } from '#test/fuzz/package-parts.ts'
import { baselinePackage } from '#test/fuzz/readers/baseline-package.ts'
import { contentOf, expectAgreement, outcomesByPython } from '#test/support/loaded-by-python.ts'
import { madeUpBaseline } from '#test/support/made-up-baseline.ts'
import { itWithPython } from '#test/support/python.ts'

/** Several hundred files, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 })

const shape = [8, 6, 3, 3]
const weights = 8 * 6 * 3 * 3

const halves = (count: number, random: Random) =>
  Uint16Array.from({ length: count }, () => toFloat16Bits(random.normal()))

function sparseLayer(isStored: (at: number) => boolean, random: Random): CompressedTensor {
  const mask = Uint8Array.from({ length: weights }, (_, at) => (isStored(at) ? 1 : 0))
  const stored = mask.reduce((sum, bit) => sum + bit, 0)
  return { kind: 'sparse', shape, mask, values: { kind: 'float16', halves: halves(stored, random) } }
}

/** What the made-up packages do not hold. */
function rareLayers(): CompressedTensors {
  const random = Random.fromSeed(1, 'rare layers')
  const lowRank = { kind: 'low-rank', shape, unfolding: 'filters', rank: 3 } as const
  const indices = Uint8Array.from({ length: weights }, () => random.integer(256))
  return {
    filters: { ...lowRank, left: halves(8 * 3, random), right: halves(3 * 54, random) },
    half: sparseLayer(() => random.integer(2) === 0, random),
    most: sparseLayer(() => random.integer(12) > 0, random),
    few: sparseLayer(() => random.integer(40) === 0, random),
    regular: sparseLayer((at) => at % 9 === 8, random),
    none: sparseLayer(() => false, random),
    bytes: { kind: 'codebook', shape, bits: 8, codebook: halves(256, random), indices },
    bit: { kind: 'codebook', shape, bits: 1, codebook: halves(2, random), indices: indices.map((index) => index % 2) },
  }
}

const contents: readonly BaselinePackage[] = [
  madeUpBaseline({ kinds: ['float16', 'low-rank'], kept: 'float32' }),
  ...integerBits.map((bits) => madeUpBaseline({ kinds: ['integer', 'codebook', 'sparse', 'low-rank'], bits })),
  { ...madeUpBaseline({ kinds: ['float16'] }), layers: rareLayers() },
  madeUpBaseline({ kinds: ['float16', 'low-rank', 'sparse'], bits: 2, shape: [24, 16, 3, 3] }),
  madeUpBaseline({ kinds: ['integer', 'codebook', 'integer'], bits: 5, shape: [24, 16, 3, 3], isUneven: true }),
  madeUpBaseline({ kinds: ['integer', 'integer'], bits: 3, shape: [40, 30, 1, 1], isUneven: true }),
]

const fixtures = join(import.meta.dirname, '../fixtures/packages')

const files = [
  ...contents.flatMap((content) =>
    [true, false].map((allowsEntropy) => writeBaselinePackage(content, { allowsEntropy })),
  ),
  ...['halves', 'coded-halves'].map((name) => readFileSync(join(fixtures, `${name}.baseline.safetensors`))),
]

function contentOfBaseline({ network, layers, kept }: BaselinePackage): ReturnType<typeof contentOf> {
  return contentOf(network.preprocessing, { ...readBack(kept), ...decompressed(layers) })
}

itWithPython(['numpy'])('nern_load.py gives the weights of every kind of baseline, to the last bit', () => {
  expect(outcomesByPython(files)).toEqual(
    files.map((bytes) => contentOfBaseline(unwrap(readBaselinePackage(bytes, 'package')))),
  )
})

it('some of those packages hold integers by contexts', () => {
  const layers = files.flatMap((bytes) => unwrap(openBaselinePackage(bytes, 'package')).description.layers)
  expect(layers.filter((entry) => entry.kind === 'integer' && entry.coding === 'contexts').length).toBeGreaterThan(3)
})

it('those packages hold positions of every kind and coding', () => {
  const positions = files.flatMap((bytes) =>
    unwrap(openBaselinePackage(bytes, 'package')).description.layers.flatMap((entry) =>
      entry.kind === 'sparse' ? [`${entry.positions.kind} ${entry.positions.coding}`] : [],
    ),
  )
  expect([...new Set(positions)].sort()).toEqual(['bitmap entropy', 'bitmap packed', 'gaps entropy', 'gaps packed'])
})

itWithPython(['numpy'])(
  'nern_load.py gives what the studio gives for hundreds of damaged baselines, or refuses them',
  () => {
    const damaged = Array.from({ length: 400 }, (_, at) =>
      fuzzedFile({ ...baselinePackage, seeds: files, handmade: baselinePackage.handmade ?? [] }, 1, at),
    )
    expectAgreement(damaged, (bytes) => {
      const read = readBaselinePackage(bytes, 'damaged')
      return read.ok ? contentOfBaseline(read.value) : undefined
    })
  },
)

interface Entry {
  [field: string]: unknown
}

/** A package of these layers whose description says something else of the first of them; its checksums are right. */
function contradicting(
  kinds: Kinds,
  change: (layer: Entry, layers: Entry[]) => void,
  allowsEntropy = true,
): Uint8Array {
  const bytes = writeBaselinePackage(madeUpBaseline({ kinds }), { allowsEntropy })
  return rewritten(bytes, (description) => {
    // What the writer wrote.
    const { layers } = description as { layers: Entry[] }
    const [first] = layers
    if (first !== undefined) change(first, layers)
    return JSON.stringify(description)
  })
}

/** The same of a layer large enough to have its halves coded. */
function codedHalves(change: (layer: Entry) => void, kind: Kinds[number] = 'float16'): Uint8Array {
  const content = madeUpBaseline({ kinds: [kind], shape: [24, 32, 3, 3] })
  return rewritten(writeBaselinePackage(content, { allowsEntropy: true }), (description) => {
    // What the writer wrote.
    const [layer = {}] = (description as { layers: Entry[] }).layers
    change(layer)
    return JSON.stringify(description)
  })
}

type Kinds = Parameters<typeof madeUpBaseline>[0]['kinds']

const valid = writeBaselinePackage(madeUpBaseline({ kinds: ['integer', 'sparse'] }), { allowsEntropy: true })

const contradictions: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  'a byte that changed': [valid.with(valid.length - 1, 255 - (valid.at(-1) ?? 0)), /its checksum is another/],
  'a file that ends early': [valid.subarray(0, valid.length - 9), /does not lie in the file/],
  'an ordinary safetensors file': [writeSafetensors([]), /an ordinary safetensors file/],
  'another version': [
    writeSafetensors([], { 'nern-baseline': '{"version":5}' }),
    /version 5, this reader knows \(1, 2, 3, 4\)/,
  ],
  'a description that is missing': [writeSafetensors([], { 'nern-baseline': '{"version":1}' }), /not as expected/],
  'an unknown kind of layer': [contradicting(['float16'], (layer) => (layer['kind'] = 'wavelet')), /unknown way/],
  'a field that is missing': [contradicting(['integer'], (layer) => delete layer['bits']), /not as expected.*bits/],
  'integers of one bit': [contradicting(['integer'], (layer) => (layer['bits'] = 1)), /integers of 1 bits/],
  'a codebook of 60 bits': [contradicting(['codebook'], (layer) => (layer['bits'] = 60)), /codebook of 60 bits/],
  'fewer than no bytes': [contradicting(['integer'], (layer) => (layer['bytes'] = -1)), /ends before its last tensor/],
  'more bytes than there are': [contradicting(['integer'], (layer) => (layer['bytes'] = 1e6)), /ends before/],
  'a layer of more weights': [
    contradicting(['float16'], (layer) => (layer['shape'] = [6, 5, 9, 9]), false),
    /ends before/,
  ],
  'kernels of three extents': [contradicting(['float16'], (layer) => (layer['shape'] = [6, 5, 9])), /four extents/],
  'kernels without width': [contradicting(['float16'], (layer) => (layer['shape'] = [6, 5, 9, 0])), /four extents/],
  'more weights than any network': [
    contradicting(['float16'], (layer) => (layer['shape'] = [65536, 65536, 1, 1])),
    /more weights than any network/,
  ],
  'a layer fewer': [contradicting(['float16', 'integer'], (_, layers) => layers.pop()), /goes on behind/],
  'a name twice': [contradicting(['float16'], (layer) => (layer['name'] = 'bn.weight')), /named twice/],
  'a packed stream of another length': [
    contradicting(['integer'], (layer) => (layer['bytes'] = Number(layer['bytes']) - 1), false),
    /do not fill their bytes/,
  ],
  'a coded stream that goes on': [
    contradicting(['integer'], (layer) => (layer['bytes'] = Number(layer['bytes']) - 1)),
    /does not end with its last symbol/,
  ],
  'coded halves that end early': [
    codedHalves((layer) => (layer['bytes'] = Number(layer['bytes']) - 1)),
    /does not end with its last symbol/,
  ],
  'coded halves that are too few': [
    codedHalves((layer) => (layer['shape'] = [24, 16, 5, 3])),
    /packed numbers end early|histogram does not add up/,
  ],
  'coded factors that are too few': [
    codedHalves((layer) => (layer['bytes'] = 100), 'low-rank'),
    /packed numbers end early/,
  ],
  'factors larger than the layer': [contradicting(['low-rank'], (layer) => (layer['rank'] = 30)), /larger than it is/],
  'factors of no rank': [contradicting(['low-rank'], (layer) => (layer['rank'] = 0)), /larger than it is/],
  'factors of a huge layer': [
    contradicting(['low-rank'], (layer) => (layer['shape'] = [30_000, 30_000, 1, 1])),
    /too many weights/,
  ],
  'an unknown unfolding': [contradicting(['low-rank'], (layer) => (layer['unfolding'] = 'rows')), /unfolding rows/],
  'another number of stored weights': [contradicting(['sparse'], (layer) => (layer['stored'] = 7)), /do not add up/],
  'positions of a huge layer': [
    contradicting(['sparse'], (layer) => (layer['shape'] = [30_000, 30_000, 1, 1])),
    /too many weights/,
  ],
}

itWithPython(['numpy'])('nern_load.py refuses a baseline that contradicts itself and says why', () => {
  const outcomes = outcomesByPython(Object.values(contradictions).map(([bytes]) => bytes))
  Object.entries(contradictions).forEach(([title, [bytes, reason]], at) => {
    expect(outcomes[at], title).toEqual({ error: expect.stringMatching(reason) })
    expect(readBaselinePackage(bytes, title).ok, title).toBe(false)
  })
})
