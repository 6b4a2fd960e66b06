import { expect, test } from 'vitest'
import { MessageWriter } from '#shared/onnx/message-writer.ts'

/** The bytes of one message, as protobuf.dev prints them. */
function written(write: (message: MessageWriter) => void): string {
  const message = new MessageWriter()
  write(message)
  return Buffer.from(message.finish()).toString('hex')
}

// The examples of protobuf.dev, "Encoding".
test.each([
  ['the number 150', (message: MessageWriter) => message.integer(1, 150), '089601'],
  ['a negative number', (message: MessageWriter) => message.integer(1, -2), '08feffffffffffffffff01'],
  ['a text', (message: MessageWriter) => message.text(2, 'testing'), '120774657374696e67'],
  ['a message', (message: MessageWriter) => message.message(3, (inner) => inner.integer(1, 150)), '1a03089601'],
  ['the number 1.5', (message: MessageWriter) => message.float(1, 1.5), '0d0000c03f'],
])('%s is written as the standard says', (_what, write, bytes) => {
  expect(written(write)).toBe(bytes)
})

test('a field above 15 has a tag of two bytes', () => {
  expect(written((message) => message.integer(20, 1))).toBe('a00101')
})

test('numbers above 2^32 keep all of their bits', () => {
  expect(written((message) => message.integer(1, 2 ** 53 - 1))).toBe('08ffffffffffffff0f')
})

test('a message within a message counts the bytes of what it holds', () => {
  const content = new Uint8Array(200).fill(7)
  const bytes = written((outer) => outer.message(1, (middle) => middle.message(2, (inner) => inner.bytes(3, content))))
  expect(bytes).toBe(`0ace0112cb011ac801${'07'.repeat(200)}`)
})

test('what is no whole number is refused', () => {
  expect(() => written((message) => message.integer(4, 0.5))).toThrow('field 4 cannot hold 0.5')
})
