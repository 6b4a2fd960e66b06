import { describe, expect, it } from 'vitest'
import { defineRowChecksum } from '#main/store/row-checksum.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { configVersion } from '#shared/experiment/config-fields.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'
import { completedRun } from '#test/support/experiment-records.ts'
import { openFilledStore, openStore } from '#test/support/store.ts'

/** Two completed experiments; `tamper` is SQL that another program runs on the database. */
async function tamperedStore(tamper: string) {
  const store = await openFilledStore()
  const [bad = '', good = ''] = ['bad', 'good'].map((name) => {
    const { id } = store.experiments.insert({ name, config: fastConfig, networkId: 'net-1', datasetId: 'data-1' })
    store.experiments.transition(id, 'enqueue')
    store.experiments.transition(id, 'dispatch')
    const run = store.runs.start(id, defaultExecutor)
    store.runs.end(run.id, 'completed', { result: completedRun({ correct: 9000 }).result ?? raise() })
    store.experiments.transition(id, 'complete')
    return id
  })
  const sqlite = loadSqlite()
  const db = new sqlite(store.layout.database)
  defineRowChecksum(db)
  db.exec(tamper.replaceAll('BAD', bad))
  db.close()
  return { store, bad, good }
}

function raise(): never {
  throw new Error('there is a result')
}

const newer = JSON.stringify({ ...fastConfig, version: configVersion + 1, imagination: 7 })
const changeResult = (text: string) =>
  `UPDATE run_results SET result = '${text}', checksum = row_checksum('${text}') WHERE run_id = (SELECT id FROM runs WHERE experiment_id = 'BAD')`

describe('one experiment that cannot be read', () => {
  it.each([
    [
      'a configuration of a newer studio',
      `UPDATE experiment_configs SET config = '${newer}' WHERE experiment_id = 'BAD'`,
      /made by a newer studio/,
    ],
    [
      'a configuration that is no JSON',
      `UPDATE experiment_configs SET config = '{' WHERE experiment_id = 'BAD'`,
      /is damaged: it is no JSON/,
    ],
    [
      'an unknown kind',
      `UPDATE experiment_configs SET config = '{"version":2,"kind":"dream"}' WHERE experiment_id = 'BAD'`,
      /not one this studio knows/,
    ],
    ['an unknown result', changeResult('{"kind":"dream"}'), /The result of .*not one this studio knows/],
    ['a damaged result', changeResult('nonsense'), /The result of .*is damaged/],
    [
      'an unknown error',
      `UPDATE runs SET error = '{"code":"dreamt","message":"x"}' WHERE experiment_id = 'BAD'`,
      /The error of run 1/,
    ],
    ['damaged tags', `UPDATE experiments SET tags = '[1]' WHERE id = 'BAD'`, /tags/],
  ])('because of %s is one row of the list, and can be removed', async (_what, tamper, reason) => {
    const { store, bad, good } = await tamperedStore(tamper)
    const { items, total } = store.experiments.list()
    expect(total).toBe(2)
    expect(items.find(({ id }) => id === good)).toEqual(summaryOf(store.experiments.get(good)))
    const row = items.find(({ id }) => id === bad)
    expect(row).toMatchObject({
      name: 'bad',
      status: 'completed',
      createdAt: '2030-01-02T03:04:05.000Z',
      outcome: {},
      problem: { code: 'record-unreadable', message: expect.stringMatching(reason) as string },
    })
    expect(row?.problem?.remedy).toMatch(/[Rr]emove|[Rr]estore/)
    expect(row?.plan).toBeUndefined()
    expect(store.experiments.summary(bad)).toEqual(row)
    expect(() => store.experiments.get(bad)).toThrow(/^bad cannot be read\. /)
    store.experiments.remove([bad])
    expect(store.experiments.list().items.map(({ id }) => id)).toEqual([good])
  })

  it('is whole again when its text is', async () => {
    const { store, bad } = await tamperedStore(`UPDATE experiment_configs SET config = '{' WHERE experiment_id = 'BAD'`)
    const sqlite = loadSqlite()
    const db = new sqlite(store.layout.database)
    db.prepare('UPDATE experiment_configs SET config = ? WHERE experiment_id = ?').run(JSON.stringify(fastConfig), bad)
    db.close()
    expect(store.experiments.summary(bad)).toEqual(summaryOf(store.experiments.get(bad)))
  })
})

describe('a network or a data set that cannot be read', () => {
  it.each([
    ['networks', `UPDATE networks SET origin = '{}' WHERE id = 'net-1'`, 'ResNet-20'],
    ['networks', `UPDATE networks SET preprocessing = '{' WHERE id = 'net-1'`, 'ResNet-20'],
    ['datasets', `UPDATE datasets SET kind = 'dreams' WHERE id = 'data-1'`, 'CIFAR-10'],
    ['datasets', `UPDATE datasets SET counts = '{"train":1}' WHERE id = 'data-1'`, 'CIFAR-10'],
  ] as const)('of %s is left out of the list and told when the store is opened: %s', async (table, tamper, name) => {
    const { store } = await tamperedStore(tamper)
    expect(store[table].list()).toEqual([])
    expect(store[table].names()).toEqual([name])
    const id = table === 'networks' ? 'net-1' : 'data-1'
    expect(store[table].find(id)).toBeUndefined()
    expect(() => store[table].get(id)).toThrow(expect.objectContaining({ code: 'record-unreadable' }))
    expect(store[table].unreadable()).toMatchObject([{ name, problem: { code: 'record-unreadable' } }])
    const { folder } = store.layout
    await store.close()
    const again = await openStore(folder)
    expect(again.notices).toEqual([expect.stringMatching(new RegExp(`^${name} is left out of the library\\. `))])
  })
})
