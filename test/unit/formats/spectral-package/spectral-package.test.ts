import { describe, expect, it } from 'vitest'
import { codedBytes, decodeLayerStream, encodeLayerStream } from '#formats/spectral-package/layer-stream.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import {
  isSpectralPackage,
  openSpectralPackage,
  readSpectralPackage,
  spectralBytes,
} from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { rewritten } from '#test/fuzz/package-parts.ts'
import { madeUpSpectral, type MadeUpSpectralOptions } from '#test/support/made-up-spectral.ts'
import { fuzz } from '../support/fuzz.ts'

const shapes = {
  '3x3': [8, 6, 3, 3],
  '1x1': [12, 20, 1, 1],
  '5x5': [4, 3, 5, 5],
  '7x7': [4, 3, 7, 7],
  '1x7': [4, 5, 1, 7],
  depthwise: [16, 1, 3, 3],
  linear: [10, 16],
} as const

const variants: Readonly<Record<string, MadeUpSpectralOptions>> = {
  ...Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { layers: [{ shape }] }])),
  'every shape': { layers: Object.values(shapes).map((shape) => ({ shape })) },
  'no transform': { layers: Object.values(shapes).map((shape) => ({ shape })), transform: 'none' },
  'huge codes': { layers: [{ shape: [4, 4, 3, 3], magnitude: 1e8 }] },
  'zeros only': { layers: [{ shape: [16, 16, 3, 3], magnitude: 0 }] },
  'no layers': { layers: [] },
  'no gains and no biases': { layers: [{ shape: [8, 6, 3, 3], kind: 'plain' }] },
  'biases of convolutions': {
    layers: [
      { shape: [8, 6, 3, 3], kind: 'bias' },
      { shape: [8, 8, 3, 3], kind: 'folded-bias' },
    ],
  },
}

describe.each(Object.entries(variants))('a spectral package of %s', (_, options) => {
  const content = madeUpSpectral(options)
  const bytes = writeSpectralPackage(content)

  it('reads back to the bit what was written', () => {
    expect(unwrap(readSpectralPackage(bytes, 'a'))).toEqual(content)
  })

  it('accounts for every byte', () => {
    const { kernels, side, kept, header } = unwrap(spectralBytes(unwrap(openSpectralPackage(bytes, 'a')), 'a'))
    expect(kernels + side + kept.reduce((sum, entry) => sum + entry.bytes, 0) + header).toBe(bytes.byteLength)
    expect(kernels + side).toBe(codedBytes(content.layers, content.transform))
  })

  it('never does more than be refused, whatever its bytes', async () => {
    await fuzz(bytes, (changed) => readSpectralPackage(changed, 'fuzzed'), tensorsOf)
  })
})

it('fits many layers of zeros into few bytes, and reads them', () => {
  const layers = Array.from({ length: 60 }, () => ({ shape: [64, 32, 3, 3], magnitude: 0 }) as const)
  const content = madeUpSpectral({ layers })
  const bytes = writeSpectralPackage(content)
  expect(unwrap(readSpectralPackage(bytes, 'a'))).toEqual(content)
})

it('gives a batch norm back under its names, without an effect but its shift', () => {
  const { kept } = tensorsOf(madeUpSpectral({ layers: [{ shape: [2, 3, 3, 3], kind: 'folded-bias' }] }))
  expect(kept).toMatchObject({
    'layer0.bn.weight': { shape: [2], data: Float32Array.of(1, 1) },
    'layer0.bn.running_mean': { shape: [2], data: Float32Array.of(0, 0) },
    'layer0.bn.running_var': { shape: [2], data: Float32Array.of(1 - 1e-5, 1 - 1e-5) },
    'layer0.conv.bias': { shape: [2], data: Float32Array.of(0, 0) },
  })
  expect(Object.keys(kept)).toContain('layer0.bn.bias')
})

it('marks its files in the header', () => {
  const bytes = writeSpectralPackage(madeUpSpectral({ layers: [{ shape: [2, 3, 3, 3] }] }))
  expect(isSpectralPackage(unwrap(readSafetensors(bytes, 'a')).metadata)).toBe(true)
})

const small = madeUpSpectral({ layers: [{ shape: [8, 6, 3, 3] }, { shape: [4, 8, 1, 1] }] })

function withFirst(change: (layer: SpectralPackage['layers'][number]) => object): SpectralPackage {
  return {
    ...small,
    layers: small.layers.map((layer, at) => (at === 0 ? { ...layer, ...change(layer) } : layer)),
  }
}

const hugeWeights: SpectralPackage = {
  ...withFirst(({ codes }) => ({ codes: codes.slice().fill(1e9), gainExponents: new Int32Array(8).fill(1024) })),
  step: 1e30,
}

it.each([
  ['codes that are too few', withFirst(({ codes }) => ({ codes: codes.subarray(1) })), /layer0.*432 codes/],
  ['steps that are too few', withFirst(() => ({ stepExponents: new Int32Array(3) })), /layer0.*9 step exponents/],
  ['gains that are too many', withFirst(() => ({ gainExponents: new Int32Array(9) })), /layer0.*8 gain exponents/],
  ['exponents out of range', withFirst(() => ({ gainExponents: new Int32Array(8).fill(1025) })), /at most 1024/],
  [
    'a code beyond 32 bits',
    withFirst(({ codes }) => ({ codes: codes.slice().fill(-(2 ** 31)) })),
    /at most 2147483647/,
  ],
  ['a bias that is not its batch norm', withFirst(() => ({ folded: { prefix: 'bn', epsilon: 0 } })), /bn\.bias/],
  ['a step of nothing', { ...small, step: 0 }, /step: 0/],
  ['a step that is no number', { ...small, step: NaN }, /step: NaN/],
  ['weights that float32 cannot hold', hugeWeights, /layer0.*float32/],
  ['a bias without a scale', withFirst(({ bias }) => ({ bias: { ...bias, scale: 0x7c00 } })), /layer0.*finite scale/],
  ['a name twice', { ...small, layers: [...small.layers, ...small.layers] }, /layer0.*twice/],
  [
    'kernels of too many weights',
    madeUpSpectral({ layers: [{ shape: [1, 1, 33, 32] }] }),
    /1056 weights, at most 1024/,
  ],
])('does not write %s', (_, content, reason) => {
  expect(() => writeSpectralPackage(content)).toThrow(reason)
})

const written = writeSpectralPackage(
  withFirst(({ codes }) => ({ codes: codes.slice().fill(1e9, 0, 1), gainExponents: new Int32Array(8).fill(200) })),
)

/** The package with something else in the place of `from` in its description. */
function described(from: string, to: string): Uint8Array {
  return rewritten(written, (description) => {
    const text = JSON.stringify(description)
    if (!text.includes(from)) throw new Error(`${text} has no ${from}`)
    return text.replace(from, to)
  })
}

it.each([
  ['more weights than its bytes can hold', described('[8,6,3,3]', '[8,600000,3,3]'), /at most 6144 weights a byte/],
  ['fewer weights than its bytes hold', described('[4,8,1,1]', '[4,4,1,1]'), /layers/],
  ['more weights than any network', described('[8,6,3,3]', '[65536,65536,3,3]'), /2147483648 represented weights/],
  ['kernels of too many weights', described('[8,6,3,3]', '[8,6,3,3000]'), /at most 1024 weights/],
  ['a name twice', described('"layer1.conv.weight"', '"layer0.conv.weight"'), /layer0\.conv\.weight.*twice/],
  ['a kept tensor in the place of a batch norm', described('"head.scale"', '"layer1.bn.running_mean"'), /twice/],
  ['a step that is no number', described('"step":0.03', '"step":1e999'), /step/],
  ['a step of nothing', described('"step":0.03', '"step":0'), /step/],
  ['a step of which weights are too large', described('"step":0.03', '"step":1e30'), /float32/],
  ['another version', described('"version":1', '"version":2'), /version/],
])('refuses %s', (_, bytes, reason) => {
  expect(readSpectralPackage(bytes, 'a')).toMatchObject({
    ok: false,
    error: { code: expect.stringMatching(/^file-(corrupt|unsafe)$/), message: expect.stringMatching(reason) },
  })
})

it.each([
  ['ends early', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
  ['goes on', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0])],
])('refuses a coded stream that %s', (_, change) => {
  const sides = small.layers.map(({ shape, bias }) => ({ shape, hasBias: bias !== undefined }))
  const bytes = change(encodeLayerStream(small.layers, 'cosine'))
  expect(() =>
    decodeLayerStream(
      bytes,
      sides,
      'cosine',
      (problem) => new AppException({ code: 'file-corrupt', message: problem }),
    ),
  ).toThrow(/expected a coded stream of/)
})
