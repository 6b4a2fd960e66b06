import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DatasetsTable } from '#main/store/datasets.ts'
import { NetworksTable } from '#main/store/networks.ts'
import { storeLayout } from '#main/store/layout.ts'
import { migrate, readVersion } from '#main/store/migrate.ts'
import { migrations, schemaVersion } from '#main/store/migrations.ts'
import { RunTimelinesTable } from '#main/store/run-timelines.ts'
import { loadSqlite, type Database } from '#main/store/sqlite.ts'
import { Store } from '#main/store/store.ts'
import { configVersion } from '#shared/experiment/config-fields.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { ImportanceRecord } from '#shared/measures/importance.ts'
import { emptyTimeline, wallTimeMs } from '#shared/measures/run-timeline.ts'
import { defaultPreprocessing } from '#shared/network/preprocessing.ts'
import { completedRun } from '#test/support/experiment-records.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { openFilledStore, openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import version1 from '../../../fixtures/configs/version-1.json' with { type: 'json' }

const clock = new FakeClock()
const executor = { executor: 'onnxruntime', provider: 'cpu', threads: 1 } as const

async function storeWithExperiments(count: number): Promise<{ store: Store; ids: readonly string[] }> {
  const store = await openFilledStore()
  const ids = Array.from(
    { length: count },
    (_, i) =>
      store.experiments.insert({
        name: `experiment ${i}`,
        config: fastConfig,
        networkId: 'net-1',
        datasetId: 'data-1',
      }).id,
  )
  return { store, ids }
}

describe('Store', () => {
  it('refuses a second owner and says who the first is', async () => {
    const first = await openStore()
    await expect(Store.open({ folder: first.layout.folder, program: 'other', clock })).rejects.toMatchObject({
      code: 'store-locked',
      message: `The store is in use by test (process ${process.pid}, since 2030-01-02T03:04:05.000Z).`,
    })
  })

  it('can be opened again after it was closed', async () => {
    const first = await openStore()
    await first.close()
    const second = await openStore(first.layout.folder)
    expect(second.schemaVersion).toBe(schemaVersion)
  })

  it('refuses a store of a newer studio and leaves it as it was', async () => {
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    db.pragma(`user_version = ${schemaVersion + 1}`)
    db.close()
    await expect(Store.open({ folder, program: 'test', clock })).rejects.toMatchObject({ code: 'store-newer' })
    const again = new sqlite(storeLayout(folder).database)
    expect(readVersion(again)).toBe(schemaVersion + 1)
    again.close()
  })

  it('touches nothing when a damaged database has no backup', async () => {
    const folder = temporaryFolder()
    const { database } = storeLayout(folder)
    writeFileSync(database, 'this was a database once, and now it is not')
    await expect(Store.open({ folder, program: 'test', clock })).rejects.toMatchObject({ code: 'store-corrupt' })
    expect(readFileSync(database, 'utf8')).toMatch(/^this was a database/)
  })
})

/** A network `net-1` and a data set `data-1` of versions 5 to 15. */
function insertLibrary(db: Database): void {
  db.exec(`
    INSERT INTO networks VALUES ('net-1', 'ResNet-20', 'resnet20-cifar-b', 'ResNet-20', 10, 'n', 1, 2, 3, 4,
      '${JSON.stringify(networkRecord().origin)}', '[]', 'then', '${JSON.stringify(defaultPreprocessing)}');
    INSERT INTO datasets VALUES ('data-1', 'CIFAR-10', 'cifar10', '[]', '[3,32,32]',
      '${JSON.stringify(datasetRecord().counts)}', 'd', 1, 'known', 'then', '{"count":0,"files":[]}');
  `)
}

describe('migrations', () => {
  it('are numbered from 1 without gaps', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
  })

  it('from 1 to 2 keep data sets, as ones of which nothing was left out', () => {
    const sqlite = loadSqlite()
    const db = new sqlite(':memory:')
    migrate(db, 1)
    const { skipped, ...record } = datasetRecord()
    db.prepare(
      `INSERT INTO datasets (id, name, kind, class_names, image_shape, counts, sha256, size_bytes, evidence, created_at)
       VALUES (@id, @name, @kind, @classNames, @imageShape, @counts, @sha256, @sizeBytes, @evidence, @createdAt)`,
    ).run({
      ...record,
      classNames: JSON.stringify(record.classNames),
      imageShape: JSON.stringify(record.imageShape),
      counts: JSON.stringify(record.counts),
    })
    migrate(db)
    expect(new DatasetsTable(db).list()).toEqual([{ ...record, skipped }])
    db.close()
  })

  it('bring a store of version 1 with its runs to the present one', async () => {
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    migrate(db, 1)
    const { id, name, architecture, title, sha256, origin } = networkRecord()
    db.prepare(`INSERT INTO networks VALUES (?, ?, ?, ?, 10, ?, 1, 2, 3, 4, ?, '[]', 'then')`).run(
      ...[id, name, architecture, title, sha256, JSON.stringify(origin)],
    )
    db.exec(`
      INSERT INTO datasets VALUES
        ('data-1', 'CIFAR-10', 'cifar10', '[]', '[3,32,32]', '${JSON.stringify(datasetRecord().counts)}', 'd', 1, 'known', 'then');
      INSERT INTO experiments (id, name, status, config, network_id, dataset_id, created_at, updated_at)
        VALUES ('exp-1', 'old', 'completed', '${JSON.stringify(fastConfig)}', 'net-1', 'data-1', 'then', 'then');
      INSERT INTO runs (id, experiment_id, attempt, status, executor, started_at)
        VALUES ('run-1', 'exp-1', 1, 'completed', '${JSON.stringify(executor)}', 'then');
      INSERT INTO metrics VALUES ('run-1', 'loss.total', 7, 70, 0.5);
    `)
    expect(readVersion(db)).toBe(1)
    db.close()

    const store = await openStore(folder)
    expect(store.schemaVersion).toBe(schemaVersion)
    expect(store.experiments.get('exp-1')).toMatchObject({
      name: 'old',
      config: fastConfig,
      latestRun: { id: 'run-1' },
    })
    expect(await store.metrics.list('run-1', -1)).toEqual([{ name: 'loss.total', step: 7, elapsedMs: 70, value: 0.5 }])
    expect(store.importance.list('run-1')).toEqual([])
    // What it was imported, measured and compressed with before a network had one of its own.
    expect(store.networks.get('net-1').preprocessing).toEqual(defaultPreprocessing)
    expect(store.experiments.get('exp-1').clonedFrom).toBeUndefined()
    // The old rows were copied aside before they were touched.
    expect(readdirSync(store.layout.backups)).toHaveLength(1)
  })

  it('from 5 to 6 keep configurations and results, and derive what lists show of them', async () => {
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    migrate(db, 5)
    insertLibrary(db)
    const [compression, training] = version1.cases
    const insert = db.prepare(
      `INSERT INTO experiments (id, name, status, config, network_id, dataset_id, executor, queue_order, created_at,
         updated_at) VALUES (?, ?, ?, ?, 'net-1', 'data-1', ?, ?, ?, ?)`,
    )
    const onCuda = JSON.stringify({ ...executor, provider: 'cuda' })
    insert.run('exp-1', 'done', 'completed', JSON.stringify(compression?.config), null, null, '2029', '2029')
    insert.run('exp-2', 'waiting', 'queued', JSON.stringify(training?.config), onCuda, 3, '2030', '2030')
    insert.run('exp-3', 'of tomorrow', 'queued', '{"version":99,"kind":"compress"}', null, 4, '2031', '2031')
    const { result } = completedRun({ correct: 9000 })
    const runs = db.prepare(
      `INSERT INTO runs (id, experiment_id, attempt, status, executor, result, started_at, progress)
       VALUES (?, 'exp-1', ?, ?, ?, ?, 'then', 1)`,
    )
    runs.run('run-1', 1, 'failed', JSON.stringify(executor), null)
    runs.run('run-2', 2, 'completed', JSON.stringify(executor), JSON.stringify(result))
    db.close()

    const store = await openStore(folder)
    expect(store.experiments.get('exp-1')).toMatchObject({
      config: { ...compression?.read, version: configVersion },
      latestRun: { id: 'run-2', progress: 1, result },
    })
    expect(store.experiments.list().items).toMatchObject([
      { id: 'exp-3', problem: { message: expect.stringMatching(/made by a newer studio/) as string } },
      { id: 'exp-2', plan: { kind: 'train', epochs: training?.read.epochs }, outcome: {} },
      {
        id: 'exp-1',
        plan: { kind: 'compress', hiddenSize: 160 },
        outcome: { accuracy: 0.9 },
        latestRun: { id: 'run-2' },
      },
    ])
    expect(store.experiments.queue.heads(['cuda'])).toEqual([{ id: 'exp-2', provider: 'cuda' }, { id: 'exp-3' }])
  })

  it('to batches leave experiments as they were, in none', async () => {
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    migrate(
      db,
      migrations.findIndex(({ sql }) => sql.includes('CREATE TABLE batches')),
    )
    db.exec(`
      INSERT INTO datasets (id, name, kind, class_names, image_shape, counts, sha256, size_bytes, evidence, created_at) VALUES
        ('data-1', 'CIFAR-10', 'cifar10', '[]', '[3,32,32]', '${JSON.stringify(datasetRecord().counts)}', 'd', 1, 'known', 'then');
      INSERT INTO experiments (id, name, status, dataset_id, created_at, updated_at)
        VALUES ('exp-1', 'old', 'cancelled', 'data-1', 'then', 'then');
      INSERT INTO experiment_configs (experiment_id, config) VALUES ('exp-1', '${JSON.stringify(fastConfig)}');
    `)
    db.close()
    const store = await openStore(folder)
    expect(store.experiments.get('exp-1')).toMatchObject({ name: 'old', status: 'cancelled', config: fastConfig })
    expect(store.experiments.get('exp-1').batchId).toBeUndefined()
    expect(store.batches.list()).toEqual([])
  })

  it('from 8 to 9 keep experiments as current ones, and know any value of a configuration of any version', async () => {
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    migrate(db, 8)
    insertLibrary(db)
    const [, training] = version1.cases
    const insert = db.prepare(
      `INSERT INTO experiments (id, name, status, network_id, dataset_id, is_archived, created_at, updated_at,
         summary_is_current, kind) VALUES (?, ?, 'draft', 'net-1', 'data-1', ?, ?, ?, 1, ?)`,
    )
    const configs = db.prepare('INSERT INTO experiment_configs VALUES (?, ?)')
    insert.run('exp-1', 'of today', 1, '2029', '2029', 'compress')
    configs.run('exp-1', JSON.stringify(fastConfig))
    insert.run('exp-2', 'of version 1', 0, '2030', '2030', 'train')
    configs.run('exp-2', JSON.stringify(training?.config))
    insert.run('exp-3', 'of tomorrow', 0, '2031', '2031', null)
    configs.run('exp-3', '{"version":99,"kind":"compress"}')
    db.close()

    const store = await openStore(folder)
    const ids = ['exp-1', 'exp-2', 'exp-3']
    expect(store.experiments.values(ids, ['method', 'seed', 'config.mixup'])).toEqual({
      method: ['nern', null, null],
      seed: [fastConfig.seed, training?.read.seed, null],
      // Version 1 had no such field.
      'config.mixup': [null, 0, null],
    })
    expect(store.experiments.find({ isArchived: true }).ids).toEqual(['exp-1'])
    expect([store.experiments.trashedIds(), store.views.list()]).toEqual([[], []])
  })

  it('from 9 to 10 keep every point of a metric, and sum up its series', async () => {
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    migrate(db, 9)
    insertLibrary(db)
    db.exec(`
      INSERT INTO experiments (id, name, status, network_id, dataset_id, created_at, updated_at)
        VALUES ('exp-1', 'old', 'draft', 'net-1', 'data-1', 'then', 'then');
      INSERT INTO experiment_configs (experiment_id, config) VALUES ('exp-1', '${JSON.stringify(fastConfig)}');
      INSERT INTO runs (id, experiment_id, attempt, status, executor, started_at)
        VALUES ('run-1', 'exp-1', 1, 'failed', '${JSON.stringify(executor)}', 'then'),
          ('run-2', 'exp-1', 2, 'paused', '${JSON.stringify(executor)}', 'then');
      INSERT INTO metrics VALUES ('run-1', 'loss.total', 7, 70, 0.5), ('run-2', 'loss.total', 3, 30.5, 2),
        ('run-2', 'loss.total', 1, 10, -1), ('run-2', 'loss.total', 2, 20, 9e99), ('run-2', 'cpu.percent', 1, 10, NULL);
    `)
    db.close()

    const store = await openStore(folder)
    expect(await store.metrics.list('run-1', -1)).toEqual([{ name: 'loss.total', step: 7, elapsedMs: 70, value: 0.5 }])
    expect(await store.metrics.list('run-2', -1)).toEqual([
      { name: 'cpu.percent', step: 1, elapsedMs: 10, value: NaN },
      { name: 'loss.total', step: 1, elapsedMs: 10, value: -1 },
      { name: 'loss.total', step: 2, elapsedMs: 20, value: 9e99 },
      { name: 'loss.total', step: 3, elapsedMs: 30.5, value: 2 },
    ])
    expect(store.metrics.summary('run-2', 'loss.total')).toEqual({ count: 3, last: 2, minimum: -1, maximum: 9e99 })
    expect(store.metrics.summary('run-2', 'cpu.percent')).toEqual({ count: 1, last: NaN, minimum: NaN, maximum: NaN })
    // The run goes on where it was.
    store.metrics.add('run-2', [{ name: 'loss.total', step: 4, elapsedMs: 40, value: -2 }])
    expect(store.metrics.summary('run-2', 'loss.total')).toEqual({ count: 4, last: -2, minimum: -2, maximum: 9e99 })
  })

  it('from 15 to 16 leave networks and data sets out of the trash', () => {
    const db = new (loadSqlite())(':memory:')
    migrate(db, 15)
    insertLibrary(db)
    migrate(db, 16)
    const [networks, datasets] = [new NetworksTable(db), new DatasetsTable(db)]
    expect([networks.list().length, datasets.list().length, networks.trashed(), datasets.trashed()]).toEqual([
      1,
      1,
      [],
      [],
    ])
    db.close()
  })

  it('from 10 to 11 number experiments in the order in which they were made, and go on from there', async () => {
    const folder = temporaryFolder()
    const sqlite = loadSqlite()
    const db = new sqlite(storeLayout(folder).database)
    migrate(db, 10)
    insertLibrary(db)
    const insert = db.prepare(
      `INSERT INTO experiments (id, name, status, network_id, dataset_id, created_at, updated_at)
       VALUES (?, 'old', 'draft', 'net-1', 'data-1', ?, 'then')`,
    )
    const configs = db.prepare('INSERT INTO experiment_configs (experiment_id, config) VALUES (?, ?)')
    for (const [id, createdAt] of [
      ['exp-c', '2029'],
      ['exp-b', '2031'],
      ['exp-a', '2029'],
    ] as const) {
      insert.run(id, createdAt)
      configs.run(id, JSON.stringify(fastConfig))
    }
    db.close()

    const store = await openStore(folder)
    const next = store.experiments.insert({ name: 'new', config: fastConfig, networkId: 'net-1', datasetId: 'data-1' })
    const numbers = store.experiments.list().items.map(({ name, id, number }) => [name === 'new' ? name : id, number])
    expect(new Map(numbers as [string, number][])).toEqual(
      new Map([
        ['exp-a', 1],
        ['exp-c', 2],
        ['exp-b', 3],
        ['new', 4],
      ]),
    )
    expect(next.number).toBe(4)
  })

  it('from 14 to 15 keep runs, whose phases and wall times nobody kept', () => {
    const sqlite = loadSqlite()
    const db = new sqlite(':memory:')
    migrate(db, 14)
    insertLibrary(db)
    db.exec(`
      INSERT INTO experiments (id, name, status, network_id, dataset_id, created_at, updated_at, number)
        VALUES ('exp-1', 'old', 'running', 'net-1', 'data-1', 'then', 'then', 1);
      INSERT INTO runs (id, experiment_id, attempt, status, executor, started_at)
        VALUES ('run-1', 'exp-1', 1, 'running', '{}', 'then');
    `)
    migrate(db, 15)
    const timelines = new RunTimelinesTable(db)
    expect(timelines.of('run-1')).toEqual(emptyTimeline)
    expect(timelines.addPhase('run-1', { name: 'distillation', firstStep: 10, steps: 5 })).toBe(true)
    expect(timelines.of('run-1').phases).toEqual([{ name: 'distillation', firstStep: 10, steps: 5 }])
    db.exec(`DELETE FROM runs`)
    expect(timelines.of('run-1')).toEqual(emptyTimeline)
    db.close()
  })

  it('make STRICT tables only', () => {
    const sqlite = loadSqlite()
    const db = new sqlite(':memory:')
    migrate(db)
    const loose = db
      .prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'`)
      .all()
    expect(loose).toEqual([])
    db.close()
  })
})

describe('Experiments', () => {
  it('keep what they were made of', async () => {
    const { store, ids } = await storeWithExperiments(1)
    expect(store.experiments.get(ids[0] ?? '')).toEqual({
      id: ids[0],
      number: 1,
      name: 'experiment 0',
      status: 'draft',
      config: fastConfig,
      networkId: 'net-1',
      datasetId: 'data-1',
      isStarred: false,
      isArchived: false,
      tags: [],
      notes: '',
      createdAt: '2030-01-02T03:04:05.000Z',
      updatedAt: '2030-01-02T03:04:05.000Z',
    })
  })

  it('change status only from the status the caller saw', async () => {
    const { store, ids } = await storeWithExperiments(1)
    const id = ids[0] ?? ''
    store.experiments.transition(id, 'enqueue')
    store.experiments.transition(id, 'dispatch')
    expect(() => store.experiments.transition(id, 'pause', 'queued')).toThrow(/is running: pause is not possible/)
    expect(store.experiments.get(id).status).toBe('running')
  })

  it('queue at the end, and at the front when they ran before', async () => {
    const { store, ids } = await storeWithExperiments(3)
    ids.forEach((id) => store.experiments.transition(id, 'enqueue'))
    const [a = '', b = '', c = ''] = ids
    store.experiments.transition(c, 'dispatch')
    store.experiments.transition(c, 'recover')
    expect(store.experiments.queue.ids('queued')).toEqual([c, a, b])
    store.experiments.queue.move(c, 2)
    expect(store.experiments.queue.ids('queued')).toEqual([a, c, b])
    store.experiments.queue.move(a, 99)
    expect(store.experiments.queue.ids('queued')).toEqual([c, b, a])
    store.experiments.queue.move(a, 1)
    expect(ids.map((id) => store.experiments.get(id).queuePosition)).toEqual([1, 3, 2])
  })

  it('take their runs, metrics and evaluations with them', async () => {
    const { store, ids } = await storeWithExperiments(1)
    const run = store.runs.start(ids[0] ?? '', executor)
    store.metrics.add(run.id, [{ name: 'loss.total', step: 1, elapsedMs: 5, value: 0.5 }])
    store.experiments.remove(ids)
    expect(await store.metrics.list(run.id, -1)).toEqual([])
    expect(() => store.runs.get(run.id)).toThrow(/There is no run/)
  })

  it('protect the network they use', async () => {
    const { store } = await storeWithExperiments(1)
    expect(() => store.networks.remove('net-1')).toThrow(/FOREIGN KEY/)
  })
})

describe('Runs', () => {
  it('keep the newest preview', async () => {
    const { store, ids } = await storeWithExperiments(1)
    const { id } = store.runs.start(ids[0] ?? '', executor)
    const preview = (step: number) => ({
      step,
      layer: 'conv1.weight',
      relativeError: 1 / step,
      kernelShape: [3, 3] as const,
      count: 1,
      original: Float32Array.from({ length: 9 }, (_, i) => i),
      reconstructed: Float32Array.from({ length: 9 }, (_, i) => i + step),
    })
    store.runs.savePreviews(id, [{ ...preview(1), layer: 'gone' }, preview(1)])
    store.runs.savePreviews(id, [preview(2)])
    expect(store.runs.previews(id)).toEqual([preview(2)])
  })
})

describe('Timelines', () => {
  it('tell each phase once, in the order of the steps', async () => {
    const { store, ids } = await storeWithExperiments(1)
    const { id } = store.runs.start(ids[0] ?? '', executor)
    const reconstruction = { name: 'reconstruction', firstStep: 0, steps: 100 }
    const distillation = { name: 'distillation', firstStep: 100, steps: 20 }
    expect(store.timelines.addPhase(id, distillation)).toBe(true)
    expect(store.timelines.addPhase(id, reconstruction)).toBe(true)
    expect(store.timelines.addPhase(id, reconstruction)).toBe(false)
    expect(store.timelines.of(id).phases).toEqual([reconstruction, distillation])
  })

  it('keep where the clocks move against each other, and forget what is done again', async () => {
    const { store, ids } = await storeWithExperiments(1)
    const { id } = store.runs.start(ids[0] ?? '', executor)
    const kept = [
      [250, 3250],
      [500, 3520],
      [60_000, 63_100],
      // Ten seconds of training are lost with a pause of a minute, and done again.
      [50_250, 123_250],
      [60_000, 133_000],
    ].map(([elapsedMs = NaN, wallMs = NaN]) => store.timelines.addWallTime(id, elapsedMs, wallMs))
    expect(kept).toEqual([true, false, false, true, false])
    const { wallOffsets } = store.timelines.of(id)
    expect(wallOffsets).toEqual([
      { elapsedMs: 250, offsetMs: 3000 },
      { elapsedMs: 50_250, offsetMs: 73_000 },
    ])
    expect([0, 50_000, 50_250, 60_000].map((elapsedMs) => wallTimeMs(wallOffsets, elapsedMs))).toEqual([
      3000, 53_000, 123_250, 133_000,
    ])
    expect(wallTimeMs([], 5)).toBeUndefined()
  })
})

describe('Importance', () => {
  const measured = (runId: string, images: number, correct: number): Omit<ImportanceRecord, 'createdAt'> => ({
    runId,
    level: 'kernel',
    split: 'validation',
    images,
    seeds: [1, 2],
    device: 'cpu',
    layers: [{ name: 'conv1.weight', weights: 9, meanRelativeError: 0.5, medianRelativeError: 0.25 }],
    curves: [{ score: 'random', points: [{ fraction: 0.5, correct: [correct, 3], zeroed: [4] }] }],
  })

  it('is kept for its run, level, split and number of images, the newest first', async () => {
    const { store, ids } = await storeWithExperiments(1)
    const { id } = store.runs.start(ids[0] ?? '', executor)
    store.importance.save(measured(id, 10, 5))
    const other = store.importance.save(measured(id, 20, 6))
    const again = store.importance.save(measured(id, 10, 7))
    expect(store.importance.list(id)).toEqual([again, other])
    expect(again).toEqual({ ...measured(id, 10, 7), createdAt: '2030-01-02T03:04:05.000Z' })
  })

  it('is there after a restart, and goes with its run', async () => {
    const { store, ids } = await storeWithExperiments(1)
    const { id } = store.runs.start(ids[0] ?? '', executor)
    const saved = store.importance.save(measured(id, 10, 5))
    const { folder } = store.layout
    await store.close()
    const again = await openStore(folder)
    expect(again.importance.list(id)).toEqual([saved])
    again.experiments.remove(ids)
    expect(again.importance.list(id)).toEqual([])
  })
})

describe('Evaluations', () => {
  it('prefer the one on most images, then the newest', async () => {
    const { store } = await storeWithExperiments(0)
    const base = { subject: { networkId: 'net-1' }, datasetId: 'data-1', split: 'test', device: 'cpu' } as const
    const full = store.evaluations.insert({ ...base, correct: 2, total: 3, predictions: Uint8Array.of(1, 2, 3) })
    store.evaluations.insert({ ...base, correct: 1, total: 1, predictions: Uint8Array.of(9) })
    expect(store.evaluations.best({ networkId: 'net-1' }, 'data-1', 'test')).toEqual(full)
    expect(store.evaluations.predictions(full.id)).toEqual({ predictions: Buffer.of(1, 2, 3), confidences: null })
    const withTop5 = store.evaluations.insert({
      ...base,
      correct: 2,
      correctTop5: 3,
      total: 3,
      predictions: Uint8Array.of(1, 2, 3),
    })
    expect([full.correctTop5, withTop5.correctTop5]).toEqual([undefined, 3])
    expect(store.evaluations.best({ networkId: 'net-1' }, 'data-1', 'test')).toEqual(withTop5)
  })
})
