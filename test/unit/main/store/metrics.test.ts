import { afterEach, describe, expect, it } from 'vitest'
import { Store } from '#main/store/store.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { Random } from '#shared/basics/random.ts'
import { thinnedIndices } from '#shared/measures/thinning.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const opened: Store[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

/** A store with one run. */
async function startedRun(): Promise<{ readonly store: Store; readonly id: string }> {
  const store = await Store.open({ folder: temporaryFolder(), program: 'test', clock: new FakeClock() })
  opened.push(store)
  store.networks.insert(networkRecord(), [])
  store.datasets.insert(datasetRecord())
  const experiment = store.experiments.insert({
    name: 'experiment',
    config: fastConfig,
    networkId: 'net-1',
    datasetId: 'data-1',
  })
  const { id } = store.runs.start(experiment.id, { executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  return { store, id }
}

const series = (name: string, values: readonly number[]) =>
  values.map((value, step) => ({ name, step, elapsedMs: 10 * step, value }))

describe('MetricsTable', () => {
  it('are thinned to what keeps spikes, gaps and both ends, as the charts thin', async () => {
    const { store, id } = await startedRun()
    // More than a slice in a bucket of the smallest answer.
    const values = Array.from({ length: 25_000 }, (_, step) => 1 + 0.1 * Math.sin(step))
    values[12_345] = 50
    values[20_001] = -50
    values[20_002] = NaN
    store.metrics.add(id, series('loss.total', values))
    for (const maximum of [2, 5, 50, 4000, 24_999]) {
      const points = await store.metrics.list(id, -1, maximum)
      expect(points.map(({ step }) => step)).toEqual(thinnedIndices(values, maximum))
      expect(points.map(({ value }) => value)).toEqual(points.map(({ step }) => values[step]))
    }
  })

  it('are all given when no number of points is asked for', async () => {
    const { store, id } = await startedRun()
    const values = Array.from({ length: 20_001 }, (_, step) => step)
    const points = [...series('accuracy.validation', [0.5]), ...series('loss.total', values)]
    store.metrics.add(id, points)
    expect(await store.metrics.list(id, -1)).toEqual(points)
  })

  it('start after a step, and each name has the points to itself', async () => {
    const { store, id } = await startedRun()
    store.metrics.add(id, [...series('a', [1, 2, 3, 4, 5, 6]), ...series('b', [7])])
    expect((await store.metrics.list(id, 3, 2)).map(({ name, step }) => [name, step])).toEqual([
      ['a', 4],
      ['a', 5],
    ])
    expect((await store.metrics.list(id, -1, 2)).map(({ name, step }) => [name, step])).toEqual([
      ['a', 0],
      ['a', 5],
      ['b', 0],
    ])
  })

  it('keep values that are no numbers, and replace what is reported again', async () => {
    const { store, id } = await startedRun()
    store.metrics.add(id, [{ name: 'a', step: 1, elapsedMs: 1, value: 1 }])
    store.metrics.add(id, [
      { name: 'a', step: 1, elapsedMs: 2, value: NaN },
      { name: 'a', step: 2, elapsedMs: 3, value: Infinity },
    ])
    expect(await store.metrics.list(id, -1, 10)).toEqual([
      { name: 'a', step: 1, elapsedMs: 2, value: NaN },
      { name: 'a', step: 2, elapsedMs: 3, value: Infinity },
    ])
    store.metrics.removeAfter(id, 1)
    expect((await store.metrics.list(id, -1, 10)).map(({ step }) => step)).toEqual([1])
  })

  it('are columns of a window of steps, thinned within it, with the number of points there', async () => {
    const { store, id } = await startedRun()
    const values = Array.from({ length: 25_000 }, (_, step) => Math.cos(step))
    values[20_500] = 50
    store.metrics.add(id, [...series('a', values), ...series('b', [1, 2])])
    const [whole] = await store.metrics.curves(id, { metrics: ['a'], maxPoints: 100 })
    expect([...(whole?.steps ?? [])]).toEqual(thinnedIndices(values, 100))
    expect(whole).toMatchObject({ metric: 'a', count: 25_000 })
    const window = { afterStep: 20_000, upToStep: 22_000 }
    const [part, ...others] = await store.metrics.curves(id, { window, maxPoints: 100 })
    expect(others.map(({ metric, count }) => [metric, count])).toEqual([['b', 0]])
    expect(part?.count).toBe(2000)
    expect([...(part?.steps ?? [])]).toEqual(thinnedIndices(values.slice(20_001, 22_001), 100).map((at) => at + 20_001))
    expect(Math.max(...(part?.values ?? []))).toBe(50)
    const [all] = await store.metrics.curves(id, { window: { afterStep: 10, upToStep: 12 }, maxPoints: 100 })
    expect([...(all?.elapsedMs ?? [])]).toEqual([110, 120])
  })

  it('are summed up as they come, are reported again and are forgotten', async () => {
    const { store, id } = await startedRun()
    const random = Random.fromSeed(1, 'points')
    const kept = new Map<number, number>()
    const expectSummary = (): void => {
      const values = [...kept].sort(([a], [b]) => a - b).map(([, value]) => value)
      const numbers = values.filter((value) => !Number.isNaN(value))
      expect(store.metrics.summary(id, 'a')).toEqual({
        count: values.length,
        last: values.at(-1),
        minimum: numbers.length === 0 ? NaN : Math.min(...numbers),
        maximum: numbers.length === 0 ? NaN : Math.max(...numbers),
      })
    }
    for (let round = 0; round < 50; round++) {
      const from = Math.max(0, Math.max(-1, ...kept.keys()) + (round % 5 === 4 ? -3 : 1))
      const values = Array.from({ length: 3 }, () => (random.uniform() < 0.2 ? NaN : 2 * random.uniform() - 1))
      store.metrics.add(
        id,
        values.map((value, index) => ({ name: 'a', step: from + index, elapsedMs: 1, value })),
      )
      values.forEach((value, index) => kept.set(from + index, value))
      if (round % 10 === 9) {
        const last = Math.max(...kept.keys()) - 4
        store.metrics.removeAfter(id, last)
        for (const step of [...kept.keys()]) if (step > last) kept.delete(step)
      }
      expectSummary()
    }
    store.metrics.removeAfter(id, -1)
    expect(store.metrics.summary(id, 'a')).toBeUndefined()
  })
})
