import { expect, it } from 'vitest'
import { batchTable } from '#main/batches/batch-table.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'

const member = (id: string, config: typeof fastConfig | typeof spectralDefaults, networkId = 'net-1') => ({
  id,
  config,
  networkId,
  datasetId: 'data-1',
})
const wide = { ...fastConfig, predictor: { ...fastConfig.predictor, hiddenSize: 200 } }

it('has a column for what differs, and none for what is the same', () => {
  const members = [member('a', fastConfig), member('b', wide), member('c', { ...wide, seed: 2 }, 'net-2')]
  expect(batchTable(members, (id) => id.toUpperCase())).toEqual({
    columns: ['network', 'predictor.hiddenSize', 'seed'],
    rows: [
      { experimentId: 'a', values: ['NET-1', '160', '1'] },
      { experimentId: 'b', values: ['NET-1', '200', '1'] },
      { experimentId: 'c', values: ['NET-2', '200', '2'] },
    ],
  })
})

it('leaves empty what a method does not have, and names methods only where there are several', () => {
  const members = [member('a', fastConfig), member('b', wide), member('c', spectralDefaults)]
  const { columns, rows } = batchTable(members, (id) => id)
  expect(columns.slice(0, 2)).toEqual(['method', 'predictor.hiddenSize'])
  expect(rows.map(({ values }) => values.slice(0, 2))).toEqual([
    ['compression', '160'],
    ['compression', '200'],
    ['compression by coded kernels', ''],
  ])
})

it('of nothing is empty', () => {
  expect(batchTable([], (id) => id)).toEqual({ columns: [], rows: [] })
})
