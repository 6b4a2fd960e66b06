import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { arranged, arrangement } from '#renderer/features/run/kernel-arrangement.ts'
import { KernelPlayer } from '#renderer/features/run/kernel-player.svelte.ts'
import type { KernelHistory } from '#shared/protocol/kernel-history.ts'
import { ScriptedApi } from '#test/support/scripted-api.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Two filters of two channels of single weights, which are met in the order 3, 0, 2, 1. */
const shown = { shape: [2, 2, 1, 1], places: Int32Array.of(1, 3, 2, 0) } as const
const values = Float32Array.of(10, 11, 12, 13)

test('kernels stand as in the network, or along the path', () => {
  const network = arrangement(shown, 'network')
  expect([...arranged(values, network)]).toEqual([10, 11, 12, 13])
  expect(network.path).toEqual([3, 0, 2, 1])
  const path = arrangement(shown, 'path')
  expect([...arranged(values, path)]).toEqual([13, 10, 12, 11])
  expect(path.path).toEqual([0, 1, 2, 3])
})

test('a filter alone has its own kernels, and a path through them', () => {
  const filter = arrangement(shown, 'network', 1)
  expect([[...arranged(values, filter)], filter.path, filter.layout.columns]).toEqual([[12, 13], [1, 0], 2])
})

function historyTo(...steps: readonly number[]): KernelHistory {
  return {
    layers: [{ name: 'conv', shape: [1, 1, 1, 1], filters: [0], channels: [0] }],
    steps: steps.map((step) => ({ step, phase: 'reconstruction', errors: [1] })),
    shown: {
      layer: 'conv',
      shape: [1, 1, 1, 1],
      original: Float32Array.of(1),
      reconstructed: steps.map((step) => Float32Array.of(step)),
    },
  }
}

async function player(...steps: readonly number[]) {
  const stored = { history: historyTo(...steps) }
  const api = new ScriptedApi({ 'runs.kernels': async () => stored.history })
  const made = new KernelPlayer(api, 'run-1')
  onTestFinished(() => made.dispose())
  await made.history.load()
  return { api, stored, player: made }
}

test('follows a run that goes on, until another step is chosen', async () => {
  const { api, stored, player: shownPlayer } = await player(0, 1, 2)
  expect(shownPlayer.index).toBe(2)
  stored.history = historyTo(0, 1, 2, 4)
  for (let told = 0; told < 5; told++) api.announce('run-kernels', { runId: 'run-1', step: 4 })
  api.announce('run-kernels', { runId: 'run-2', step: 9 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(api.inputsOf('runs.kernels')).toHaveLength(2)
  expect(shownPlayer.index).toBe(3)
  shownPlayer.seek(1)
  stored.history = historyTo(0, 1, 2, 4, 8)
  api.announce('run-kernels', { runId: 'run-1', step: 8 })
  await vi.advanceTimersByTimeAsync(1000)
  expect([shownPlayer.index, shownPlayer.steps.length]).toEqual([1, 5])
})

test('plays from the beginning to the end, and stops there', async () => {
  const { player: shownPlayer } = await player(0, 1, 2)
  shownPlayer.play(100)
  expect([shownPlayer.index, shownPlayer.isPlaying]).toEqual([0, true])
  await vi.advanceTimersByTimeAsync(100)
  expect(shownPlayer.index).toBe(1)
  await vi.advanceTimersByTimeAsync(500)
  expect([shownPlayer.index, shownPlayer.isPlaying]).toEqual([2, false])
})
