import { expect, it } from 'vitest'
import { storeLayout } from '#main/store/layout.ts'
import { migrate } from '#main/store/migrate.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const fork = { runId: 'run-1', step: 200, phase: 'reconstruction', sha256: 'ab' }

it('from 17 to 18 experiments are what they were, and can be forked', async () => {
  const folder = temporaryFolder()
  const db = new (loadSqlite())(storeLayout(folder).database)
  migrate(db, 17)
  db.exec(`INSERT INTO datasets (id, name, kind, class_names, image_shape, counts, sha256, size_bytes, evidence, created_at)
    VALUES ('data-1', 'CIFAR-10', 'cifar10', '[]', '[3,32,32]', '${JSON.stringify(datasetRecord().counts)}', 'd', 1, 'known', 'then');
    INSERT INTO experiments (id, number, name, status, dataset_id, cloned_from, created_at, updated_at)
      VALUES ('exp-b', 2, 'clone', 'draft', 'data-1', 'exp-a', 'then', 'then'),
        ('exp-a', 1, 'origin', 'draft', 'data-1', NULL, 'then', 'then')`)
  const configs = db.prepare('INSERT INTO experiment_configs (experiment_id, config) VALUES (?, ?)')
  for (const id of ['exp-a', 'exp-b']) configs.run(id, JSON.stringify(fastConfig))
  db.close()
  const store = await openStore(folder)
  expect(store.experiments.descendants('exp-a')).toEqual([{ id: 'exp-b', name: 'clone' }])
  expect(store.forks.of('exp-b')).toBeUndefined()
  store.forks.add('exp-b', fork)
  expect([store.forks.of('exp-b'), store.forks.isUsed('ab')]).toEqual([fork, true])
})

it('forgets a fork with its experiment, and lists no descendants from the trash', async () => {
  const store = await openStore(temporaryFolder())
  store.networks.insert(networkRecord(), [])
  store.datasets.insert(datasetRecord())
  const subject = { config: fastConfig, networkId: 'net-1', datasetId: 'data-1' }
  const origin = store.experiments.insert({ name: 'origin', ...subject })
  const { id } = store.experiments.insert({ name: 'fork', ...subject, clonedFrom: origin.id })
  store.forks.add(id, fork)
  store.experiments.trash([id])
  expect([store.experiments.descendants(origin.id), store.forks.isUsed('ab')]).toEqual([[], true])
  store.experiments.remove([id])
  expect(store.forks.isUsed('ab')).toBe(false)
})
