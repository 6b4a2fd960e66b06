import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8 } from '#shared/basics/utf8.ts'

const encoder = new TextEncoder()

test.each(['', 'conv1.weight', 'é', '\u07ff\u0800', '重み', '\uffff', '𝔘\u{10ffff}', 'half \ud83d a pair'])(
  '%j has the bytes that the platform gives it',
  (text) => expect(utf8(text)).toEqual(encoder.encode(text)),
)

test('so has any text', () => {
  const sameBytes = fc.property(fc.string({ unit: 'binary' }), (text) => {
    expect(utf8(text)).toEqual(encoder.encode(text))
  })
  fc.assert(sameBytes, { seed: 16 })
})
