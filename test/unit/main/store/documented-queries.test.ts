/** The queries of docs/store.md, on a store of the present version. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadSqlite } from '#main/store/sqlite.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'
import { completedRun } from '#test/support/experiment-records.ts'
import { openFilledStore } from '#test/support/store.ts'

it('answer what they say, without writing', async () => {
  const store = await openFilledStore()
  const { experiments, runs, metrics } = store
  for (const [name, correct] of [
    ['half a point', 9123],
    ['no loss', 9173],
    ['much lost', 8000],
  ] as const) {
    const { id } = experiments.insert({ name, config: fastConfig, networkId: 'net-1', datasetId: 'data-1' })
    const run = runs.start(id, defaultExecutor)
    metrics.add(
      run.id,
      [1, 2].map((step) => ({ name: 'accuracy.validation', step, elapsedMs: 1000 * step, value: step / 4 })),
    )
    const { result } = completedRun({ correct })
    if (result !== undefined) runs.end(run.id, 'completed', { result })
  }
  const page = readFileSync(join(process.cwd(), 'docs/store.md'), 'utf8')
  const queries = [...page.matchAll(/```text\n(SELECT [\s\S]*?)```/g)].map(([, sql = '']) => sql)
  const sqlite = loadSqlite()
  const db = new sqlite(store.layout.database, { readonly: true })
  const [best, seeds, series] = queries.map((sql) => db.prepare(sql).all())
  db.close()
  expect(queries).toHaveLength(3)
  expect(best).toMatchObject([
    { network: expect.stringContaining('ResNet-20') as string, points: expect.any(Number) as number },
  ])
  expect(seeds).toEqual([
    {
      method: 'nern',
      hidden_size: fastConfig.predictor.hiddenSize,
      runs: 3,
      mean: expect.closeTo((0.9123 + 0.9173 + 0.8) / 3, 12) as number,
      deviation: expect.closeTo(0.0542, 3) as number,
    },
  ])
  expect(series).toEqual([
    { step: 1, seconds: 1, value: 0.25, minimum: 0.25, maximum: 0.5 },
    { step: 2, seconds: 2, value: 0.5, minimum: 0.25, maximum: 0.5 },
  ])
})
