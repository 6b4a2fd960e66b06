import { expect, it } from 'vitest'
import { ResourceMeter } from '#main/queue/resource-meter.ts'

const heartbeat = (cpuSeconds: number) => ({ type: 'heartbeat', step: 3, rssBytes: 1000, cpuSeconds }) as const

it('gives memory at once and processor use between two heartbeats', () => {
  const meter = new ResourceMeter()
  meter.elapsedMs = 500
  const memory = { name: 'memory.rss-bytes', step: 3, elapsedMs: 500, value: 1000 }
  expect(meter.measure(heartbeat(10), 1_000)).toEqual([memory])
  expect(meter.measure(heartbeat(11.5), 2_000)).toEqual([
    memory,
    { name: 'cpu.percent', step: 3, elapsedMs: 500, value: 150 },
  ])
  // A trainer that was started anew has used little so far.
  expect(meter.measure(heartbeat(0.2), 3_000)).toEqual([memory])
})

it('puts what a graphics card counts beside them', () => {
  const meter = new ResourceMeter()
  meter.graphics = { busyPercent: 37, usedBytes: 2 ** 30 }
  expect(meter.measure(heartbeat(10), 1_000).map(({ name, value }) => [name, value])).toEqual([
    ['memory.rss-bytes', 1000],
    ['gpu.percent', 37],
    ['gpu.memory-bytes', 2 ** 30],
  ])
  meter.graphics = { usedBytes: 4 }
  expect(meter.measure(heartbeat(11), 2_000).map(({ name }) => name)).toEqual([
    'memory.rss-bytes',
    'gpu.memory-bytes',
    'cpu.percent',
  ])
})
