import { expect, it } from 'vitest'
import { MemoryWatch } from '#main/trainer-host/memory-watch.ts'
import { toAppError } from '#shared/basics/result.ts'

/** Looks before and after, as the counter then stands. */
function wasShort(counter: readonly (number | undefined)[], isKilled: boolean, errorText = ''): boolean {
  const reads = [...counter]
  return new MemoryWatch(() => reads.shift()).wasShort({ isKilled, errorText })
}

it('takes a kill for want of memory where the killer of the system went round meanwhile', () => {
  expect(wasShort([3, 4], true)).toBe(true)
  expect(wasShort([3, 3], true)).toBe(false)
  expect(wasShort([3, 4], false)).toBe(false)
  expect(wasShort([undefined, undefined], true)).toBe(false)
})

it.each([
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  "terminate called after throwing an instance of 'std::bad_alloc'",
  'Failed to allocate memory for requested buffer of size 68719476736',
  'RangeError: Array buffer allocation failed',
  'Cannot allocate memory (ENOMEM)',
  'onnxruntime-node cannot be loaded: libonnxruntime.so.1: failed to map segment from shared object',
])('believes a process that says so: %s', (text) => {
  expect(wasShort([0, 0], false, text)).toBe(true)
  expect(toAppError(new Error(text))).toMatchObject({
    code: 'out-of-memory',
    message: expect.stringMatching(/no more memory/),
  })
})

it('reads the counter of this machine, where it has one', () => {
  expect(new MemoryWatch().wasShort({ isKilled: true, errorText: 'a room without a boom' })).toBe(false)
})
