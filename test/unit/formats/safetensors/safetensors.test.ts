import { describe, expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { openSafetensors, readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import type { Result } from '#shared/basics/result.ts'

/** A file with this header and `dataBytes` zero bytes after it. */
function fileOf(header: unknown, dataBytes = 0): Uint8Array {
  return rawFile(typeof header === 'string' ? header : JSON.stringify(header), dataBytes)
}

function rawFile(json: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(json)
  const file = new Uint8Array(8 + text.byteLength + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.byteLength), true)
  file.set(text, 8)
  return file
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

const f32 = (shape: unknown, offsets: unknown) => ({ dtype: 'F32', shape, data_offsets: offsets })

describe('safetensors', () => {
  it('reads back what it wrote, for every dtype', () => {
    const written = writeSafetensors(
      new Map([
        ['float', { shape: [2, 2], data: Float32Array.of(1, -2.5, 3e-8, NaN) }],
        ['double', { shape: [1], data: Float64Array.of(0.1) }],
        ['long', { shape: [2], data: BigInt64Array.of(-3n, 9007199254740993n) }],
        ['int', { shape: [], data: Int32Array.of(-7) }],
        ['byte', { shape: [3], data: Uint8Array.of(0, 1, 255) }],
        ['empty', { shape: [0, 4], data: new Float32Array(0) }],
      ]),
      { kind: 'test' },
    )
    const { tensors, metadata } = unwrap(readSafetensors(written, 'a.safetensors'))
    expect(metadata).toEqual({ kind: 'test' })
    const read = Object.fromEntries(
      [...tensors].map(([name, t]) => [name, { shape: t.shape, dtype: t.dtype, values: [...t.toFloat32()] }]),
    )
    expect(read).toEqual({
      double: { shape: [1], dtype: 'float64', values: [Math.fround(0.1)] },
      long: { shape: [2], dtype: 'int64', values: [-3, 9007199254740992] },
      float: { shape: [2, 2], dtype: 'float32', values: [1, -2.5, Math.fround(3e-8), NaN] },
      int: { shape: [], dtype: 'int32', values: [-7] },
      byte: { shape: [3], dtype: 'uint8', values: [0, 1, 255] },
      empty: { shape: [0, 4], dtype: 'float32', values: [] },
    })
  })

  it('widens float16 and bfloat16 exactly, subnormal and infinite ones included', () => {
    const half = Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7c00, 0xfc00, 0x7bff, 0x8000)
    const brain = Uint16Array.of(0x3f80, 0xc020, 0x0001, 0x7f80)
    const written = writeSafetensors([
      ['half', { shape: [7], dtype: 'float16', bytes: new Uint8Array(half.buffer) }],
      ['brain', { shape: [4], dtype: 'bfloat16', bytes: new Uint8Array(brain.buffer) }],
    ])
    const { tensors } = unwrap(readSafetensors(written, 'a'))
    expect([...(tensors.get('half')?.toFloat32() ?? [])]).toEqual([1, -2.5, 2 ** -24, Infinity, -Infinity, 65504, -0])
    expect([...(tensors.get('brain')?.toFloat32() ?? [])]).toEqual([1, -2.5, 2 ** -133, Infinity])
  })

  it('writes the same bytes whatever the order of tensors and metadata', () => {
    const a = ['a', { shape: [1], data: Uint8Array.of(1) }] as const
    const b = ['b', { shape: [1], data: Float64Array.of(2) }] as const
    expect(writeSafetensors([a, b], { x: '1', y: '2' })).toEqual(writeSafetensors([b, a], { y: '2', x: '1' }))
  })

  it('starts every tensor at a multiple of its element size', () => {
    const written = writeSafetensors([
      ['a', { shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ['b', { shape: [1], data: Float32Array.of(1) }],
      ['c', { shape: [1], data: BigInt64Array.of(1n) }],
    ])
    const { tensors } = unwrap(readSafetensors(written, 'a'))
    expect([...tensors].map(([name, { bytes }]) => [name, bytes.byteOffset % 8])).toEqual([
      ['c', 0],
      ['b', 0],
      ['a', 4],
    ])
  })

  it('keeps awkward names, even __proto__', () => {
    const written = writeSafetensors([
      ['__proto__', { shape: [], data: Uint8Array.of(5) }],
      ['1', { shape: [], data: Uint8Array.of(6) }],
      ['ü "x"', { shape: [], data: Uint8Array.of(7) }],
    ])
    const { tensors } = unwrap(readSafetensors(written, 'a'))
    expect([...tensors].map(([name, t]) => [name, t.toFloat32()[0]])).toEqual([
      ['1', 6],
      ['__proto__', 5],
      ['ü "x"', 7],
    ])
  })

  it('refuses to write a shape that does not fit its data, a reserved or a repeated name', () => {
    const one = { shape: [1], data: Float32Array.of(1) }
    expect(() => writeSafetensors([['a', { shape: [2], data: Float32Array.of(1) }]])).toThrow(/needs 2 values, got 1/)
    expect(() => writeSafetensors([['a', { shape: [NaN], data: Float32Array.of(1) }]])).toThrow(/countable/)
    expect(() => writeSafetensors([['__metadata__', one]])).toThrow(/no tensor name/)
    expect(() => writeSafetensors([['a', one], ['a', one]])).toThrow(/given twice/) // prettier-ignore
  })

  it('reads single tensors of an open file without the others', async () => {
    const written = writeSafetensors([
      ['a', { shape: [2], data: Float32Array.of(1, 2) }],
      ['b', { shape: [2], data: Float32Array.of(3, 4) }],
    ])
    const ranges: [number, number][] = []
    const whole = bytesSource(written, 'a')
    const source = {
      ...whole,
      read: (offset: number, length: number) => (ranges.push([offset, length]), whole.read(offset, length)),
    }
    const file = unwrap(await openSafetensors(source))
    ranges.length = 0
    expect([...unwrap(await file.readTensor('b')).toFloat32()]).toEqual([3, 4])
    expect(ranges).toEqual([[written.byteLength - 8, 8]])
    expect(await file.readTensor('c')).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it.each([
    ['an empty file', new Uint8Array(0), 'file-truncated', /8 bytes of header length, found 0 bytes/],
    ['a header longer than the file', Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 123), 'file-truncated', /up to byte 17/],
    ['a header of 2^63 bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), 'file-unsafe', /at most 100000000 bytes/],
    ['a header that is no JSON', fileOf('{nope}'), 'file-corrupt', /expected a JSON header/],
    ['a header that is an array', fileOf([]), 'file-corrupt', /JSON object/],
    ['deep nesting', fileOf(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`), 'file-corrupt', /expected/],
    ['two equal names', fileOf('{"a":1,"\\u0061":2}'), 'file-corrupt', /found "a" twice/],
    ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }), 'file-corrupt', /metadata "a", found number/],
    [
      'an unknown dtype',
      fileOf({ a: { dtype: 'F7', shape: [], data_offsets: [0, 1] } }, 1),
      'file-unsupported',
      /"F7"/,
    ],
    ['a negative extent', fileOf({ a: f32([-1], [0, 4]) }, 4), 'file-corrupt', /tensor "a".*shape of non-negative/],
    ['a fractional extent', fileOf({ a: f32([0.5], [0, 2]) }, 2), 'file-corrupt', /shape of non-negative/],
    ['a shape beyond counting', fileOf({ a: f32([1e15, 1e15], [0, 4]) }, 4), 'file-corrupt', /shape of non-negative/],
    [
      'a shape of infinity',
      fileOf('{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}}', 4),
      'file-corrupt',
      /shape/,
    ],
    ['a shape that is text', fileOf({ a: f32('4', [0, 4]) }, 4), 'file-corrupt', /found "4"/],
    ['negative offsets', fileOf({ a: f32([1], [-4, 0]) }, 4), 'file-corrupt', /data_offsets/],
    ['one offset', fileOf({ a: f32([1], [0]) }, 4), 'file-corrupt', /data_offsets/],
    [
      'fewer bytes than the shape needs',
      fileOf({ a: f32([2], [0, 4]) }, 4),
      'file-corrupt',
      /expected 8 bytes.*4 bytes/,
    ],
    ['an overlap', fileOf({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, 8), 'file-corrupt', /tensor "b".*overlap/],
    ['a hole', fileOf({ a: f32([1], [4, 8]) }, 8), 'file-corrupt', /tensor "a".*a hole/],
    ['data cut short', fileOf({ a: f32([2], [0, 8]) }, 7), 'file-truncated', /tensor "a".*end of the file/],
    ['bytes after the last tensor', fileOf({ a: f32([1], [0, 4]) }, 5), 'file-corrupt', /end with its last tensor/],
  ])('refuses %s', async (_, bytes, code, message) => {
    const inMemory = readSafetensors(bytes, 'bad.safetensors')
    expect(inMemory).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } })
    expect(inMemory).toMatchObject({ error: { message: expect.stringMatching(/^bad\.safetensors: /) } })
    expect(await openSafetensors(bytesSource(bytes, 'bad.safetensors'))).toEqual(inMemory)
  })
})
