import { expect, it } from 'vitest'
import { loadSqlite } from '#main/store/sqlite.ts'
import type { Store } from '#main/store/store.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import type { ExperimentFilter } from '#shared/experiment/filter/experiment-filter.ts'
import { parseFilter } from '#shared/experiment/filter/filter-text.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralPresets } from '#shared/methods/spectral/presets.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'
import { completedRun } from '#test/support/experiment-records.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { openFilledStore, openStore } from '#test/support/store.ts'

function filterOf(text: string): ExperimentFilter {
  const parsed = parseFilter(text)
  if (parsed.ok && parsed.filter !== undefined) return parsed.filter
  throw new Error(parsed.ok ? 'It is empty.' : parsed.problem.message)
}

/** A compression that lost half a point, one that lost nothing, a spectral one without a run, and a training. */
async function filledStore(): Promise<Store> {
  const clock = new FakeClock()
  const store = await openFilledStore(clock)
  const add = (name: string, config: ExperimentConfig, tags: readonly string[]): string => {
    clock.advance(86_400_000)
    const network = config.kind === 'train' ? {} : { networkId: 'net-1' }
    const { id } = store.experiments.insert({ name, config, datasetId: 'data-1', ...network })
    store.experiments.update(id, { tags })
    return id
  }
  const complete = (id: string, correct: number): void => {
    store.experiments.transition(id, 'enqueue')
    store.experiments.transition(id, 'dispatch')
    const run = store.runs.start(id, defaultExecutor)
    store.metrics.add(run.id, [
      { name: 'accuracy.validation', step: 1, elapsedMs: 1, value: 0.8 },
      { name: 'accuracy.validation', step: 2, elapsedMs: 2, value: correct / 10_000 },
    ])
    const { result } = completedRun({ correct })
    store.runs.end(run.id, 'completed', result === undefined ? {} : { result })
    store.experiments.transition(id, 'complete')
  }
  complete(add('half a point', fastConfig, ['Best']), 9123)
  complete(add('no loss', { ...fastConfig, seed: 7 }, []), 9173)
  const [spectral] = spectralPresets
  if (spectral !== undefined) add('100% _coded', spectral.config, ['a "b"'])
  add('a training', trainDefaults, [])
  return store
}

it('finds what a filter says, with units, missing values and names written otherwise', async () => {
  const store = await filledStore()
  const found = (text: string) => store.experiments.list({ filter: filterOf(text) }).items.map(({ name }) => name)
  const [training, coded, none, half] = ['a training', '100% _coded', 'no loss', 'half a point']
  const cases: Readonly<Record<string, readonly (string | undefined)[]>> = {
    // 9,173 minus 9,123 of 10,000 is half a point, whatever the doubles say.
    'drop <= 0.5': [none, half],
    'drop < 0.5 points': [none],
    'drop != 0.5': [training, coded, none],
    'not drop = 0.5': [training, coded, none],
    'drop is missing': [training, coded],
    'accuracy >= 91.73 %': [none],
    'accuracy = 91.23 percent': [half],
    'size > 1 KiB and size < 1 GiB': [none, half],
    'ratio > 0.001 times': [none, half],
    'seed = 7': [none],
    'tags has best': [half],
    'tags has "a \\"b\\""': [coded],
    'not tags has best': [training, coded, none],
    'name = NO_LOSS': [none],
    'name ~ "% _"': [coded],
    'name ~ TRAIN or method = spectral': [training, coded],
    'network = resnet20': [coded, none, half],
    'network = "ResNet-20"': [coded, none, half],
    'dataset = cifar10': [training, coded, none, half],
    'kind = train': [training],
    'kind != train': [coded, none, half],
    'method in (nern, spectral)': [coded, none, half],
    'config.predictor.hiddenSize >= 1': [none, half],
    'last(accuracy.validation) > 91.5 %': [none],
    'min(accuracy.validation) = 80 %': [none, half],
    'last(of.another.studio) = 1': [],
    'status = draft': [training, coded],
    'starred = no': [training, coded, none, half],
    'created = 2030-01-03': [half],
    'created > 2030-01-04': [training, coded],
    'created <= 2030-01-04': [none, half],
    'created >= 2030-01-04T03:04 created < 2030-01-05': [none],
    'attempts = 1': [none, half],
    '(half or training) not kind = train': [half],
  }
  expect(Object.fromEntries(Object.keys(cases).map((text) => [text, found(text)]))).toEqual(cases)
})

it('lets no filter through that makes no sense, and takes every text for a text', async () => {
  const store = await filledStore()
  const find = (filter: ExperimentFilter) => store.experiments.find({ filter })
  const compare = (field: string, value: string) => find({ type: 'compare', field, operator: '=', value })
  expect(() => compare('sise', 'x')).toThrow('There is no field sise.')
  expect(() => compare('size', 'x')).toThrow('size takes a number')
  expect(() => find({ type: 'among', field: 'status', values: ['done'] })).toThrow('status is one of')
  expect(() => find({ type: 'compare', field: 'name', operator: '<', value: 'x' })).toThrow('cannot be compared with <')
  expect(compare('name', `' OR 1=1 --`).ids).toEqual([])
  expect(find({ type: 'compare', field: `last(x') OR 1=1 --)`, operator: '=', value: { number: 1 } }).ids).toEqual([])
  expect(() => compare(`config.seed') OR 1=1 --`, '1')).toThrow('There is no field')
})

it('is not stopped by an experiment whose tags or configuration cannot be read', async () => {
  const store = await filledStore()
  const { folder, database } = store.layout
  await store.close()
  const sqlite = loadSqlite()
  const db = new sqlite(database)
  db.exec(`UPDATE experiments SET tags = '{' WHERE name = 'no loss';
    UPDATE experiment_configs SET config = '{"version":99}' WHERE experiment_id =
      (SELECT id FROM experiments WHERE name = 'a training')`)
  db.close()
  const again = await openStore(folder)
  const found = (text: string) => again.experiments.list({ filter: filterOf(text) }).items.map(({ name }) => name)
  expect(found('tags has best')).toEqual(['half a point'])
  expect(found('not tags has best')).toHaveLength(3)
  expect(found('seed = 7')).toEqual(['no loss'])
})
