import { expect, it } from 'vitest'
import { messageExcess } from '#shared/protocol/message-size.ts'

/** A list in a list in a list ... */
function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

it('lets through what commands are given at most', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `exp-${index}`)
  expect(messageExcess('queue.pause', { ids })).toBeUndefined()
  const all = Array.from({ length: 100_000 }, () => 'e'.repeat(100))
  expect(messageExcess('experiments.values', { ids: all, fields: ['method'] })).toBeUndefined()
  expect(messageExcess('configurations.write', { file: 'f', text: 'x'.repeat(1_000_000) })).toBeUndefined()
  const picture = { file: 'f', content: 'x'.repeat(20_000_000), encoding: 'base64' }
  expect(messageExcess('charts.write', picture)).toBeUndefined()
  expect(messageExcess('experiments.list', { filter: nested(60) })).toBeUndefined()
})

it.each([
  ['a long list', () => ({ ids: Array.from({ length: 10_001 }, () => 'e') }), 'a list of 10001 entries'],
  ['a list that is long and empty', () => new Array(4_000_000_000), 'a list of 4000000000 entries'],
  ['many lists', () => Array.from({ length: 10_000 }, () => [1, 2, 3]), 'more than 30000 values'],
  ['many fields', () => Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [i, i])), 'more than 30000 values'],
  ['a long text', () => ({ text: 'x'.repeat(4_000_001) }), 'more than 4000000 characters'],
  ['long names', () => ({ ['x'.repeat(4_000_001)]: 1 }), 'more than 4000000 characters'],
  ['deep lists', () => nested(65), 'more than 64 levels'],
  ['deep beyond any stack', () => nested(1_000_000), 'more than 64 levels'],
  ['bytes', () => ({ ids: new Uint8Array(1e6) }), 'bytes'],
])('refuses %s', (_, make, excess) => {
  expect(messageExcess('queue.pause', make())).toBe(excess)
})

it('has an end where a message holds itself, or one thing again and again', () => {
  const round: Record<string, unknown> = {}
  round['round'] = round
  expect(messageExcess('queue.pause', round)).toBe('more than 64 levels')
  let bomb: unknown = 'boom'
  for (let level = 0; level < 40; level++) bomb = [bomb, bomb, bomb, bomb]
  expect(messageExcess('queue.pause', bomb)).toBe('more than 30000 values')
})
