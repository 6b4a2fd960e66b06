import { expect, it } from 'vitest'
import { decodeOrders, encodeOrders } from '#formats/nern-package/layer-orders.ts'
import { decodePermutation, encodePermutation } from '#formats/nern-package/permutation-code.ts'
import { RangeDecoder, RangeEncoder } from '#formats/coding/range-coder.ts'
import type { LayerPermutation } from '#shared/network/layer-permutation.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException } from '#shared/basics/result.ts'
import { shuffled } from '#test/support/made-up-package.ts'

const corrupt = (problem: string) => new AppException({ code: 'file-corrupt', message: problem })

/** log2(n!) summed term by term: slow, and not the series the product uses. */
function information(count: number): number {
  let bits = 0
  for (let i = 2; i <= count; i++) bits += Math.log2(i)
  return bits
}

function roundTrip(order: Int32Array): number {
  const encoder = new RangeEncoder()
  encodePermutation(encoder, order)
  const bytes = encoder.finish()
  const decoder = new RangeDecoder(bytes, corrupt)
  expect(decodePermutation(decoder, order.length)).toEqual(order)
  decoder.assertEnd()
  return bytes.byteLength
}

it.each([0, 1, 2, 3, 7, 48, 256, 4096, 36_864, 262_144])(
  'codes an order of %i items within a byte of its information',
  (count) => {
    const bytes = roundTrip(shuffled(count, Random.fromSeed(count)))
    expect(bytes).toBeLessThanOrEqual(information(count) / 8 + 2)
    expect(bytes).toBeGreaterThanOrEqual(Math.floor(information(count) / 8))
  },
)

it('codes identity, reversal and rotation, whose carries run far', () => {
  const count = 5000
  const items = Int32Array.from({ length: count }, (_, item) => item)
  for (const order of [items, items.slice().reverse(), items.map((item) => (item + count - 1) % count)])
    roundTrip(order)
})

it('codes all orders of four items, each differently', () => {
  const seen = new Set<string>()
  for (let code = 0; code < 256; code++) {
    const order = Int32Array.of(code & 3, (code >> 2) & 3, (code >> 4) & 3, code >> 6)
    if (new Set(order).size < 4) continue
    roundTrip(order)
    const encoder = new RangeEncoder()
    encodePermutation(encoder, order)
    seen.add([...encoder.finish()].join())
  }
  expect(seen.size).toBe(24)
})

it('refuses to code what is no permutation', () => {
  expect(() => encodePermutation(new RangeEncoder(), Int32Array.of(0, 2, 2))).toThrow(
    /hold each once, found 2 at place 2/,
  )
  expect(() => encodePermutation(new RangeEncoder(), Int32Array.of(0, 3))).toThrow(/each once/)
})

it('codes the orders of a whole network in one stream, both ways of permuting', () => {
  const random = Random.fromSeed(3)
  const layers = [
    { name: 'a', shape: [16, 3, 3, 3] as [number, number, number, number] },
    { name: 'b', shape: [16, 16, 3, 3] as [number, number, number, number] },
  ]
  const inFilter = layers.map(({ shape: [filters, channels] }): LayerPermutation => ({
    mode: 'in-filter',
    filterOrder: shuffled(filters, random),
    channelOrders: Int32Array.from(Array.from({ length: filters }, () => [...shuffled(channels, random)]).flat()),
  }))
  const crossFilter = layers.map(({ shape: [filters, channels] }): LayerPermutation => ({
    mode: 'cross-filter',
    order: shuffled(filters * channels, random),
  }))
  expect(decodeOrders(encodeOrders(inFilter), 'in-filter', layers, corrupt)).toEqual(inFilter)
  expect(decodeOrders(encodeOrders(crossFilter), 'cross-filter', layers, corrupt)).toEqual(crossFilter)
})

it('refuses orders that claim more items than their bytes can say, before it takes memory for them', () => {
  const layers = [{ name: 'huge', shape: [2 ** 30, 2 ** 20, 1, 1] as [number, number, number, number] }]
  expect(() => decodeOrders(new Uint8Array(100), 'cross-filter', layers, corrupt)).toThrow(
    /at least \d+ bytes of orders/,
  )
})
