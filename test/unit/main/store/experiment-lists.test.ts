import { describe, expect, it } from 'vitest'
import type { Store } from '#main/store/store.ts'
import { spectralPresets } from '#shared/methods/spectral/presets.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import type { ExperimentQuery } from '#shared/experiment/experiment-query.ts'
import { experimentFields } from '#shared/experiment/filter/experiment-fields.ts'
import { parseFilter } from '#shared/experiment/filter/filter-text.ts'
import type { ExperimentFilter } from '#shared/experiment/filter/experiment-filter.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { Random } from '#shared/basics/random.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'
import { completedRun } from '#test/support/experiment-records.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { openFilledStore } from '#test/support/store.ts'

const clock = new FakeClock()

function add({ experiments }: Store, name: string, config: ExperimentConfig = fastConfig): string {
  clock.advance(1000)
  const network = config.kind === 'train' ? {} : { networkId: 'net-1' }
  return experiments.insert({ name, config, datasetId: 'data-1', ...network }).id
}

/** With a result of so many images right. */
function complete({ experiments, runs }: Store, id: string, correct: number): void {
  experiments.transition(id, 'enqueue')
  experiments.transition(id, 'dispatch')
  const { result } = completedRun({ correct })
  const run = runs.start(id, defaultExecutor)
  runs.report(run.id, { device: 'cpu', phase: 'packaging', step: 5, totalSteps: 5, progress: 1 })
  runs.end(run.id, 'completed', result === undefined ? {} : { result })
  experiments.transition(id, 'complete')
}

/** A filter as a person writes it. */
function filterOf(text: string): ExperimentFilter {
  const parsed = parseFilter(text)
  if (parsed.ok && parsed.filter !== undefined) return parsed.filter
  throw new Error(parsed.ok ? 'It is empty.' : parsed.problem.message)
}

function namesOf({ experiments }: Store, query: ExperimentQuery): readonly string[] {
  return experiments.list(query).items.map(({ name }) => name)
}

describe('a list', () => {
  it('says in plain columns what the records say', async () => {
    const store = await openFilledStore(clock)
    const ids = [
      add(store, 'a compression'),
      add(store, 'a training', trainDefaults),
      ...[...baselinePresets, ...spectralPresets].map(({ id, config }) => add(store, id, config)),
    ]
    complete(store, ids[0] ?? '', 9000)
    store.experiments.update(ids[1] ?? '', { tags: ['a', 'b'], notes: 'long', isStarred: true })
    const failed = ids[2] ?? ''
    store.experiments.transition(failed, 'enqueue')
    store.experiments.transition(failed, 'dispatch')
    const { id } = store.runs.start(failed, defaultExecutor)
    store.runs.end(id, 'failed', { error: { code: 'diverged', message: 'It did.', where: 'step 3' } })
    store.experiments.transition(failed, 'fail')
    const records = ids.toReversed().map((experimentId) => store.experiments.get(experimentId))
    expect(store.experiments.list()).toEqual({ items: records.map(summaryOf), total: ids.length })
    expect(store.experiments.summary(failed)).toEqual(summaryOf(store.experiments.get(failed)))
  })

  it('shows the outcome of the latest run only', async () => {
    const store = await openFilledStore(clock)
    const id = add(store, 'again')
    complete(store, id, 9000)
    expect(store.experiments.summary(id).outcome.accuracy).toBe(0.9)
    store.runs.start(id, defaultExecutor)
    expect(store.experiments.summary(id).outcome).toEqual({})
  })

  it('finds words in name, tags, notes, id, network, data set and architecture, in any order and case', async () => {
    const store = await openFilledStore(clock)
    const wide = add(store, 'Wide')
    const narrow = add(store, 'Narrow 100% _ größer ÄHNLICH')
    add(store, 'a training', { ...trainDefaults, architecture: 'resnet56-cifar-b' })
    store.experiments.update(wide, { tags: ['Paper'], notes: 'for the talk' })
    const found = (text: string) => namesOf(store, { filter: { type: 'words', text } })
    expect(found(' paper WIDE ')).toEqual(['Wide'])
    expect(found('talk')).toEqual(['Wide'])
    expect(found(narrow)).toEqual(['Narrow 100% _ größer ÄHNLICH'])
    expect(found('resnet-20')).toEqual(['Narrow 100% _ größer ÄHNLICH', 'Wide'])
    expect(found('cifar-10')).toHaveLength(3)
    expect(found('resnet56')).toEqual(['a training'])
    expect(found('ähnlich GRÖSSER')).toEqual([])
    expect(found('ähnlich GRÖßER')).toEqual(['Narrow 100% _ größer ÄHNLICH'])
    // Neither is a wildcard.
    expect([found('0%'), found('1_0'), found('%')]).toEqual([
      ['Narrow 100% _ größer ÄHNLICH'],
      [],
      ['Narrow 100% _ größer ÄHNLICH'],
    ])
    expect(store.experiments.find({ filter: filterOf('wide') })).toEqual({ ids: [wide], total: 1 })
  })

  it.each<[ExperimentQuery, readonly string[]]>([
    [{ filter: filterOf('status in (queued, completed)') }, ['waiting', 'done']],
    [{ filter: filterOf('kind = train') }, ['training']],
    [{ isArchived: true }, ['archived']],
    [{ isArchived: false, filter: filterOf('starred = yes') }, ['training']],
    [{ filter: filterOf('small wait kind = compress'), isArchived: false }, ['waiting']],
  ])('shows what satisfies %j', async (query, names) => {
    const store = await openFilledStore(clock)
    complete(store, add(store, 'done'), 9000)
    store.experiments.update(add(store, 'archived'), { isArchived: true })
    store.experiments.update(add(store, 'training', trainDefaults), { isStarred: true })
    const waiting = add(store, 'waiting')
    store.experiments.update(waiting, { tags: ['small'] })
    store.experiments.transition(waiting, 'enqueue')
    const page = store.experiments.list(query)
    expect(page.items.map(({ name }) => name)).toEqual(names)
    expect(page.total).toBe(names.length)
    expect(store.experiments.find(query)).toEqual({ ids: page.items.map(({ id }) => id), total: names.length })
  })

  it('puts those without a value last, in both directions, and equal ones newest first', async () => {
    const store = await openFilledStore(clock)
    complete(store, add(store, 'low'), 8000)
    add(store, 'older draft')
    complete(store, add(store, 'high'), 9100)
    add(store, 'newer draft')
    const by = (isDescending: boolean) => namesOf(store, { order: [{ field: 'accuracy', isDescending }] })
    expect(by(true)).toEqual(['high', 'low', 'newer draft', 'older draft'])
    expect(by(false)).toEqual(['low', 'high', 'newer draft', 'older draft'])
  })

  it.each(
    ['created', 'name', 'network', 'accuracy', 'config.seed', 'last(loss.total)'].flatMap((field) =>
      [true, false].map((isDescending) => ({ field, isDescending })),
    ),
  )('comes in pages that make up the whole: $field, descending $isDescending', async (term) => {
    const order = [term]
    const store = await openFilledStore(clock)
    store.transaction(() => {
      for (let index = 0; index < 11; index++) {
        const config = index % 3 === 0 ? trainDefaults : fastConfig
        const id = add(store, `name ${index % 4}`, config)
        if (index % 2 === 0) complete(store, id, 8000 + 100 * (index % 3))
      }
    })
    const whole = store.experiments.list({ order })
    const ids: string[] = []
    for (let offset = 0; offset < 12; offset += 3) {
      const page: ExperimentQuery = { order, limit: 3, offset }
      const { items, total } = store.experiments.list(page)
      expect(total).toBe(11)
      expect(store.experiments.find(page)).toEqual({ ids: items.map(({ id }) => id), total })
      ids.push(...items.map(({ id }) => id))
    }
    expect(ids).toEqual(whole.items.map(({ id }) => id))
  })

  it('can be ordered by every field, by several at once, and tells their values', async () => {
    const store = await openFilledStore(clock)
    const wide = add(store, 'b', { ...fastConfig, seed: 3, predictor: { ...fastConfig.predictor, hiddenSize: 200 } })
    const narrow = add(store, 'a', { ...fastConfig, seed: 3, predictor: { ...fastConfig.predictor, hiddenSize: 20 } })
    const other = add(store, 'c', trainDefaults)
    for (const { id: field } of experimentFields) {
      expect(store.experiments.find({ order: [{ field, isDescending: true }] }).total).toBe(3)
    }
    const order = ['seed', 'config.predictor.hiddenSize'].map((field) => ({ field, isDescending: field === 'seed' }))
    expect(store.experiments.find({ order }).ids).toEqual([narrow, wide, other])
    const fields = ['name', 'kind', 'method', 'config.predictor.hiddenSize', 'seed']
    expect(store.experiments.values([other, 'gone', wide], fields)).toEqual({
      name: ['c', null, 'b'],
      kind: ['train', null, 'compress'],
      method: [null, null, 'nern'],
      'config.predictor.hiddenSize': [null, null, 200],
      seed: [trainDefaults.seed, null, 3],
    })
    expect(() => store.experiments.values([], ['sise'])).toThrow('There is no field sise.')
  })
})

describe('the queue', () => {
  it('moves like a list, wherever from and to', async () => {
    const store = await openFilledStore(clock)
    const expected = Array.from({ length: 9 }, (_, index) => add(store, `${index}`))
    for (const id of expected) store.experiments.transition(id, 'enqueue')
    const random = Random.fromSeed(1, 'moves')
    for (let move = 0; move < 200; move++) {
      const from = Math.floor(random.uniform() * expected.length)
      const position = 1 + Math.floor(random.uniform() * (expected.length + 2))
      const [id = ''] = expected.splice(from, 1)
      expected.splice(position - 1, 0, id)
      store.experiments.queue.move(id, position)
      expect(store.experiments.queue.ids('queued')).toEqual(expected)
    }
    expect(expected.map((id) => store.experiments.queue.position(id))).toEqual(expected.map((_, index) => index + 1))
  })

  it('knows the first in line for each provider and for any', async () => {
    const store = await openFilledStore(clock)
    const executor = { ...defaultExecutor, provider: 'cuda' } as const
    const anywhere = add(store, 'anywhere')
    const [first, second] = ['first', 'second'].map(
      (name) =>
        store.experiments.insert({ name, config: fastConfig, datasetId: 'data-1', networkId: 'net-1', executor }).id,
    )
    for (const id of [first, second, anywhere]) store.experiments.transition(id ?? '', 'enqueue')
    expect(store.experiments.queue.heads(['cpu', 'cuda'])).toEqual([{ id: first, provider: 'cuda' }, { id: anywhere }])
    expect(store.experiments.queue.waitingAmong(new Set([anywhere, second ?? '']))).toEqual([
      { id: second, provider: 'cuda' },
      { id: anywhere },
    ])
  })

  it('keeps a run that goes on where it was', async () => {
    const store = await openFilledStore(clock)
    const id = add(store, 'interrupted')
    store.experiments.transition(id, 'enqueue')
    store.experiments.transition(id, 'dispatch')
    const run = store.runs.start(id, { ...defaultExecutor, provider: 'webgpu' })
    store.runs.end(run.id, 'interrupted')
    store.experiments.transition(id, 'recover')
    expect(store.experiments.queue.heads(['cpu', 'webgpu'])).toEqual([{ id, provider: 'webgpu' }])
  })
})
