import { describe, expect, it } from 'vitest'
import { toFloat16Bits } from '#shared/basics/float16.ts'
import { integerBits, largestCode, storedValues } from '#shared/tensors/stored-tensor.ts'

describe('stored tensors', () => {
  it('gives back what a reader gets', () => {
    expect(storedValues({ kind: 'float32', shape: [2], values: Float32Array.of(0.1, -3) }).data).toEqual(
      Float32Array.of(0.1, -3),
    )
    expect(storedValues({ kind: 'float16', shape: [1], halves: Uint16Array.of(toFloat16Bits(0.1)) }).data).toEqual(
      Float32Array.of(0.0999755859375),
    )
  })

  it('scales integers by their row', () => {
    const tensor = {
      kind: 'integer',
      shape: [2, 3],
      bits: 4,
      codes: Int8Array.of(-7, 0, 1, 2, 7, -1),
      scales: Uint16Array.of(toFloat16Bits(0.5), toFloat16Bits(2)),
    } as const
    expect(storedValues(tensor)).toEqual({
      shape: [2, 3],
      dtype: 'float32',
      data: Float32Array.of(-3.5, 0, 0.5, 4, 14, -2),
    })
  })

  it('leaves the lowest code out, so that codes are symmetric', () => {
    expect(integerBits.map(largestCode)).toEqual([1, 3, 7, 15, 31, 63, 127])
  })
})
