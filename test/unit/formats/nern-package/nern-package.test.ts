import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { packageBytes } from '#formats/nern-package/package-bytes.ts'
import { isPackage, openPackage, readPackage } from '#formats/nern-package/reader.ts'
import { writePackage } from '#formats/nern-package/writer.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors, type TensorToWrite } from '#formats/safetensors/writer.ts'
import { Random } from '#shared/basics/random.ts'
import type { PackageDescription } from '#shared/package/package-description.ts'
import { defaultPreprocessing } from '#shared/network/preprocessing.ts'
import type { Result } from '#shared/basics/result.ts'
import { integerBits } from '#shared/tensors/stored-tensor.ts'
import { madeUpPackage, type MadeUpOptions } from '#test/support/made-up-package.ts'
import { fuzz } from '../support/fuzz.ts'

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

/** The two kinds of represented layers. */
const withLinear: MadeUpOptions['layers'] = [
  { name: 'conv.weight', shape: [4, 3, 3, 3] },
  { name: 'fc.weight', shape: [5, 7] },
]

const written = (options: MadeUpOptions) => unwrap(openPackage(writePackage(madeUpPackage(options)), 'a')).description

const variants: readonly MadeUpOptions[] = [
  { mode: 'none' },
  { mode: 'in-filter', predictor: 'float16', kept: 'float16' },
  { predictor: 'float16', kept: 'float16', keptShapes: { 'fc.weight': [10, 64], 'bn.bias': [64] }, hiddenSize: 24 },
  { mode: 'cross-filter', embedding: { type: 'fourier', levels: 4, seed: 0 } },
  { embedding: { type: 'one-hot' }, predictor: 7, hiddenSize: 24 },
  { embedding: { type: 'positional', base: 1.2, levels: 6, fusion: 'sum' }, kept: 8 },
  ...integerBits.map((bits) => ({ predictor: bits, hiddenSize: 24, blocks: 5 })),
  { predictor: 'float32', zeros: 0.3, hiddenSize: 24 },
  { predictor: 'float16', zeros: 0.9, hiddenSize: 24 },
  { predictor: 8, zeros: 0.5, hiddenSize: 24, blocks: 5 },
  ...(['none', 'in-filter', 'cross-filter'] as const).map((mode) => ({ mode, layers: withLinear })),
]

it.each(variants)('reads back to the bit what was written: %o', (options) => {
  const content = madeUpPackage(options)
  const bytes = writePackage(content)
  expect(unwrap(readPackage(bytes, 'a'))).toEqual(content)
  expect(writePackage(unwrap(readPackage(bytes, 'a')))).toEqual(bytes)
})

it('is an ordinary safetensors file that says what it is', () => {
  const { tensors, metadata } = unwrap(readSafetensors(writePackage(madeUpPackage({ predictor: 4 })), 'a'))
  expect(isPackage(metadata)).toBe(true)
  expect(JSON.parse(metadata['nern'] ?? '')).toEqual({ version: 1, architecture: 'made-up', classes: 2 })
  expect([...tensors].map(([name, { dtype }]) => `${name} ${dtype}`)).toEqual([
    'kept.float32 float32',
    'predictor.float16 float16',
    'description uint8',
    'permutations uint8',
    'predictor.codes uint8',
  ])
})

it.each(variants)('accounts for every byte: %o', (options) => {
  const bytes = writePackage(madeUpPackage(options))
  const { predictor, orders, kept, header } = packageBytes(unwrap(openPackage(bytes, 'a')))
  expect(predictor + orders + kept.reduce((sum, entry) => sum + entry.bytes, 0) + header).toBe(bytes.byteLength)
})

it('gives a vector of integers one scale, and a matrix one a row', () => {
  const keptShapes = { 'bn1.bias': [6], 'linear.weight': [2, 6] }
  const { kept } = unwrap(readPackage(writePackage(madeUpPackage({ kept: 8, keptShapes })), 'a'))
  const scales = (name: string) => (kept[name]?.kind === 'integer' ? kept[name].scales.length : 0)
  expect([scales('bn1.bias'), scales('linear.weight')]).toEqual([1, 2])
})

it('stores a tensor without its zeros when that is smaller, and says then that it is of version 2', () => {
  const kinds = (options: MadeUpOptions) => {
    const { description, sections } = unwrap(openPackage(writePackage(madeUpPackage(options)), 'a'))
    const bytes = [...sections.values()].reduce((sum, section) => sum + section.bytes.byteLength, 0)
    const weights = description.predictor.tensors.filter(({ name }) => name.endsWith('.weight'))
    return { version: description.version, kinds: new Set(weights.map(({ kind }) => kind)), bytes }
  }
  const shape = { predictor: 'float32', hiddenSize: 64 } as const
  const dense = kinds(shape)
  const sparse = kinds({ ...shape, zeros: 0.75 })
  expect(dense).toMatchObject({ version: 1, kinds: new Set(['float32']) })
  expect(sparse).toMatchObject({ version: 2, kinds: new Set(['sparse']) })
  // 64 x (30 + 64 + 9) weights: three quarters of their floats are gone, and a choice of a quarter takes 0.811 bits each.
  const weights = 64 * (30 + 64 + 9)
  const saved = (dense.bytes - sparse.bytes) / weights
  expect(saved).toBeGreaterThan(4 * 0.75 - 0.811 / 8 - 0.08)
  expect(saved).toBeLessThan(4 * 0.75 - 0.811 / 8 + 0.08)
})

it('says that it is of version 5 when it has parts, and none of its numbers when there are none', () => {
  const { version, predictor, embedding } = written({ parts: 3, embedding: seeded, mode: 'none', hiddenSize: 24 })
  expect({ version, parts: predictor.parts, embedding }).toEqual({ version: 5, parts: [12, 12, 12], embedding: seeded })
  const content = madeUpPackage({ parts: 3, embedding: seeded, mode: 'none', predictor: 5 })
  expect(unwrap(readPackage(writePackage(content), 'a'))).toMatchObject({
    predictorShape: content.predictorShape,
    predictor: content.predictor,
  })
  expect(written({}).predictor).not.toHaveProperty('parts')
})

it('says that it is of version 3 when a linear layer is represented, which older readers do not know', () => {
  const { version, layers } = written({ layers: withLinear, zeros: 0.9, hiddenSize: 24 })
  expect({ version, layers }).toEqual({ version: 3, layers: withLinear })
})

it('keeps negative zeros', () => {
  const content = madeUpPackage({ hiddenSize: 24, zeros: 0.5 })
  const weight = content.predictor['predictor.1.weight']
  if (weight?.kind !== 'float32') throw new Error('expected float32')
  weight.values[0] = -0
  const read = unwrap(readPackage(writePackage(content), 'a')).predictor['predictor.1.weight']
  expect(read?.kind === 'float32' && Object.is(read.values[0], -0)).toBe(true)
})

it('keeps tensors under awkward names', () => {
  const content = madeUpPackage({ keptShapes: { __proto__x: [1], '1': [2], 'ü "x"': [], constructor: [3] } })
  expect(readBack(unwrap(readPackage(writePackage(content), 'a')).kept)).toEqual(readBack(content.kept))
})

it('reads a package from before networks had a preprocessing as one with that of ImageNet', () => {
  const old = edited(({ network }) => Reflect.deleteProperty(network, 'preprocessing'))
  expect(unwrap(readPackage(old, 'a')).network.preprocessing).toEqual(defaultPreprocessing)
})

it('refuses to write orders that do not fit their layers', () => {
  const content = madeUpPackage()
  expect(() => writePackage({ ...content, orders: content.orders.slice(1) })).toThrow(/one order each/)
  expect(() => writePackage({ ...content, orders: content.orders.toReversed() })).toThrow(/one order each/)
})

const writtenOnce = new Map<MadeUpOptions, Uint8Array<ArrayBuffer>>()

/** A package whose description was edited, with everything around it put right again. */
function edited(
  edit: (description: Mutable, sections: Map<string, TensorToWrite & { bytes: Uint8Array }>) => void,
  options: MadeUpOptions = {},
): Uint8Array<ArrayBuffer> {
  const written = writtenOnce.get(options) ?? writePackage(madeUpPackage(options))
  writtenOnce.set(options, written)
  const { tensors, metadata } = unwrap(readSafetensors(written, 'a'))
  const sections = new Map(
    [...tensors].map(([name, { shape, dtype, bytes }]) => [name, { shape, dtype, bytes: Uint8Array.from(bytes) }]),
  )
  const description = JSON.parse(
    new TextDecoder().decode(inflateSync(sections.get('description')?.bytes ?? new Uint8Array())),
  ) as Mutable
  sections.delete('description')
  const checksums = description.checksums
  edit(description, sections)
  if (description.checksums === checksums) {
    description.checksums = Object.fromEntries([...sections].map(([name, { bytes }]) => [name, crc32(bytes)]))
  }
  const bytes = deflateSync(JSON.stringify(description), { level: 1 })
  sections.set('description', { shape: [bytes.byteLength], dtype: 'uint8', bytes })
  return writeSafetensors(sections, metadata)
}

const seeded = { type: 'seeded', numbers: 5, seed: 0 } as const

type Mutable = { -readonly [K in keyof PackageDescription]: PackageDescription[K] }

describe('a hostile package', () => {
  const mark = (text: string) => writeSafetensors([], { nern: text })

  it.each([
    ['an ordinary file', writeSafetensors([]), 'file-unsupported', /found an ordinary safetensors file/],
    ['a mark that is no JSON', mark('{'), 'file-corrupt', /expected JSON/],
    ['a mark without a version', mark('{}'), 'file-corrupt', /expected a version/],
    ['a later version', mark('{"version":6}'), 'file-unsupported', /version 1 or 2 or 3 or 4 or 5, found version 6/],
    ['no description', mark('{"version":1}'), 'file-corrupt', /expected tensor "description"/],
    ['another version inside', edited((d) => Object.assign(d, { version: 6 })), 'file-corrupt', /"version"/],
    [
      'a one-hot embedding in version 2',
      edited((d) => (d.version = 2), { embedding: { type: 'one-hot' } }),
      'file-corrupt',
      /expected version 3 for a one-hot embedding, found 2/,
    ],
    [
      'kept integers in version 1',
      edited((d) => (d.version = 1), { kept: 8 }),
      'file-corrupt',
      /"bn1.weight": expected version 3 for a kept tensor of integers, found 1/,
    ],
    [
      'inputs that are no values of the coordinates',
      edited((d) => (d.predictor = { ...d.predictor, inputs: 13 }), { embedding: { type: 'one-hot' } }),
      'file-corrupt',
      /expected 12 inputs for this embedding, found 13/,
    ],
    [
      'a sparse tensor in version 1',
      edited((d) => (d.version = 1), { zeros: 0.9, hiddenSize: 24 }),
      'file-corrupt',
      /expected version 2 for a sparse tensor, found 1/,
    ],
    [
      'a represented linear layer in version 2',
      edited((d) => (d.version = 2), { layers: withLinear }),
      'file-corrupt',
      /"fc.weight": expected version 3 for a represented linear layer, found 2/,
    ],
    [
      'coded halves in version 3',
      edited((d) => (d.version = 3), { predictor: 'float16', hiddenSize: 24 }),
      'file-corrupt',
      /"predictor.0.weight": expected version 4 for coded halves, found 3/,
    ],
    [
      'coded halves without zeros in version 3',
      edited((d) => (d.version = 3), { predictor: 'float16', zeros: 0.5, hiddenSize: 48 }),
      'file-corrupt',
      /expected version 4 for coded halves, found 3/,
    ],
    [
      'fewer coded halves than the tensor has',
      edited(
        (d) => {
          for (const [at, change] of [-1000, 1000].entries()) {
            const entry = d.predictor.tensors[2 * at]
            if (entry?.kind === 'float16' && entry.bytes !== undefined) entry.bytes += change
          }
        },
        { predictor: 'float16', hiddenSize: 24 },
      ),
      'file-corrupt',
      /"predictor.0.weight": expected at least 900 bytes of coded halves, found \d+/,
    ],
    [
      'coded halves whose bits are others',
      edited(
        (d, sections) => {
          const [entry] = d.predictor.tensors
          const codes = sections.get('predictor.codes')
          if (entry?.kind === 'float16' && codes !== undefined) codes.bytes.fill(255, 1000, entry.bytes)
        },
        { predictor: 'float16', hiddenSize: 24 },
      ),
      'file-corrupt',
      /"predictor.0.weight": (its coded stream|expected a coded stream)/,
    ],
    [
      'tiles of kernels of 3 x 3',
      edited((d) => (d.layers = d.layers.map((layer) => ({ ...layer, tiled: true }))), { parts: 3 }),
      'file-corrupt',
      /"conv1.weight": expected tiles of 1 x 1 kernels/,
    ],
    [
      'parts in version 4',
      edited((d) => (d.version = 4), { parts: 3 }),
      'file-corrupt',
      /expected version 5 for a partitioned predictor, found 4/,
    ],
    [
      'parts of other kernels than there are',
      edited((d) => d.predictor.parts?.push(1), { parts: 3 }),
      'file-corrupt',
      /expected parts of 36 kernels in all, found 37/,
    ],
    ['a part without kernels', edited((d) => d.predictor.parts?.push(0), { parts: 3 }), 'file-corrupt', /parts/],
    [
      'fewer rows than there are parts',
      edited((d) => (d.predictor = { ...d.predictor, parts: [12, 12, 6, 6] }), { parts: 3 }),
      'file-corrupt',
      /expected "predictor.0.weight" of shape \[32, 30\], found "predictor.0.weight" of shape \[24, 30\]/,
    ],
    [
      'seeded inputs without parts',
      edited((d) => Reflect.deleteProperty(d.predictor, 'parts'), { parts: 1, embedding: seeded, mode: 'none' }),
      'file-corrupt',
      /expected parts for seeded inputs, found none/,
    ],
    [
      'more seeded numbers than inputs',
      edited((d) => (d.embedding = { ...seeded, numbers: 9 }), { parts: 2, embedding: seeded, mode: 'none' }),
      'file-corrupt',
      /expected 9 inputs for this embedding, found 5/,
    ],
    [
      'more seeded numbers than memory should be taken for',
      edited(
        (d) => {
          d.layers = [{ name: 'conv1.weight', shape: [4096, 8192, 3, 3] }]
          d.predictor = { ...d.predictor, parts: [4096 * 8192] }
        },
        { layers: [{ name: 'conv1.weight', shape: [4, 8, 3, 3] }], parts: 1, embedding: seeded, mode: 'none' },
      ),
      'file-unsafe',
      /expected at most 134217728 random numbers for the largest part, found 167772160/,
    ],
    [
      'a layer of three axes',
      edited((d) => Object.assign(d.layers[1] ?? {}, { shape: [5, 7, 1] }), { layers: withLinear }),
      'file-corrupt',
      /layers/,
    ],
    [
      'more values than a sparse tensor has',
      edited(
        (d) => {
          const [entry] = d.predictor.tensors
          if (entry?.kind === 'sparse') entry.positions.kept = 10 ** 6
        },
        { zeros: 0.9, hiddenSize: 24 },
      ),
      'file-corrupt',
      /"predictor.float32": expected \d+ bytes/,
    ],
    ['an unknown field', edited((d) => Object.assign(d, { extra: 1 })), 'file-corrupt', /extra/],
    ['no layers', edited((d) => (d.layers = [])), 'file-corrupt', /"layers"/],
    [
      'a layer twice',
      edited((d) => d.layers.push({ name: 'conv1.weight', shape: [1, 1, 1, 1] })),
      'file-corrupt',
      /found "conv1.weight" twice/,
    ],
    [
      'weights without end',
      edited((d) => d.layers.push({ name: 'huge', shape: [2 ** 30, 2 ** 30, 1, 1] })),
      'file-unsafe',
      /at most 2147483648 represented weights/,
    ],
    [
      'more kernels than orders',
      edited((d) => d.layers.push({ name: 'more', shape: [1000, 1000, 1, 1] })),
      'file-corrupt',
      /bytes of orders/,
    ],
    ['kernels of another size', edited((d) => (d.predictor.outputs = 25)), 'file-corrupt', /expected 9 outputs/],
    [
      'another embedding',
      edited((d) => (d.embedding = { type: 'fourier', levels: 7, seed: 0 })),
      'file-corrupt',
      /42 inputs/,
    ],
    [
      'a hidden size that lies',
      edited((d) => (d.predictor.hiddenSize = 9)),
      'file-corrupt',
      /"predictor.0.weight" of shape \[9, 30\]/,
    ],
    ['a tensor too few', edited((d) => d.predictor.tensors.pop()), 'file-corrupt', /expected 6 tensors, found 5/],
    [
      'a kept tensor that is larger than its section',
      edited((d) => d.kept.push({ kind: 'float32', name: 'x', shape: [1000, 1000, 1000] })),
      'file-corrupt',
      /"kept.float32": expected 4000000\d+ bytes by the description/,
    ],
    [
      'a shape beyond counting',
      edited((d) => {
        d.version = 3
        d.kept.push({
          kind: 'integer',
          name: 'x',
          shape: [2 ** 31 - 1, 2 ** 31 - 1],
          bits: 2,
          coding: 'entropy',
          bytes: 1,
        })
      }),
      'file-corrupt',
      /cannot be counted/,
    ],
    [
      'a missing section',
      edited((_, sections) => sections.delete('permutations')),
      'file-corrupt',
      /expected tensor "permutations"/,
    ],
    [
      'a section nobody asked for',
      edited((_, sections) => sections.set('kept.codes', { shape: [1], dtype: 'uint8', bytes: Uint8Array.of(1) })),
      'file-corrupt',
      /"kept.codes": the description knows no such tensor/,
    ],
    [
      'a section of another type',
      edited((_, sections) => sections.set('kept.float32', { shape: [80], dtype: 'uint8', bytes: new Uint8Array(80) })),
      'file-corrupt',
      /knows no such tensor/,
    ],
    [
      'a wrong checksum',
      edited((d) => (d.checksums = { ...d.checksums, permutations: 1 })),
      'file-corrupt',
      /expected CRC-32 1/,
    ],
    ['no checksum', edited((d) => (d.checksums = {})), 'file-corrupt', /CRC-32 in the description/],
    [
      'orders that end early',
      edited((_, sections) => sections.set('permutations', { shape: [9], dtype: 'uint8', bytes: new Uint8Array(9) })),
      'file-corrupt',
      /"permutations"/,
    ],
  ])('is refused: %s', (_, bytes, code, message) => {
    const read = readPackage(bytes, 'bad.nern.safetensors')
    expect(read).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } })
    expect(read).toMatchObject({ error: { where: expect.stringContaining('bad.nern.safetensors, ') } })
  })

  it('is refused when its description inflates without end', () => {
    const bytes = deflateSync(new Uint8Array(64 * 2 ** 20))
    const file = writeSafetensors([['description', { shape: [bytes.byteLength], dtype: 'uint8', bytes }]], {
      nern: '{"version":1}',
    })
    expect(readPackage(file, 'bomb')).toMatchObject({ ok: false, error: { code: 'file-unsafe' } })
  })

  it.each(variants)('never does more than be refused, whatever its bytes: %o', async (options) => {
    await fuzz(
      writePackage(madeUpPackage(options)),
      (bytes) => readPackage(bytes, 'fuzzed'),
      ({ predictor, kept }) => [readBack(predictor), readBack(kept)],
    )
  })

  it.each(variants)('never does more than be refused, whatever its description says: %o', async (options) => {
    const random = Random.fromSeed(7)
    // The mutated bytes are a seed of edits to one JSON tree and one section behind correct checksums.
    await fuzz(
      Uint8Array.from({ length: 64 }, () => random.integer(256)),
      (bytes) =>
        readPackage(
          edited((description, sections) => mutate(description, sections, bytes), options),
          'fuzzed',
        ),
      ({ predictor, kept }) => [readBack(predictor), readBack(kept)],
    )
  })
})

const extremes = [0, 1, -1, 2, 0.5, 255, 1e6, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e300, '', '__proto__', null, [], {}]

/** Two leaves of the description replaced, and now and then a byte of a section, as `seed` says. */
function mutate(
  description: Mutable,
  sections: Map<string, TensorToWrite & { bytes: Uint8Array }>,
  seed: Uint8Array,
): void {
  const random = Random.fromSeed(crc32(seed))
  for (let i = 0; i < 2; i++) {
    let parent: unknown = description
    let key: string
    for (;;) {
      const keys = Object.keys(parent as object)
      key = keys[random.integer(Math.max(1, keys.length))] ?? ''
      const child: unknown = Reflect.get(parent as object, key)
      if (typeof child !== 'object' || child === null || Object.keys(child).length === 0 || random.integer(12) === 0)
        break
      parent = child
    }
    if (random.integer(4) > 0) Reflect.set(parent as object, key, extremes[random.integer(extremes.length)])
  }
  const [name = ''] = [...sections.keys()].slice(random.integer(sections.size))
  const bytes = sections.get(name)?.bytes
  if (bytes !== undefined && random.integer(2) === 0) bytes[random.integer(bytes.byteLength)] = random.integer(256)
}
