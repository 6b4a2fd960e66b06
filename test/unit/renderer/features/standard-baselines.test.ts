import { expect, test } from 'vitest'
import { comparedBaselines } from '#renderer/features/baselines/standard-baselines.ts'
import { standardBaselineIds } from '#shared/methods/direct/presets.ts'
import { standardBaselines } from '#shared/methods/direct/standard-baselines.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import { comparedAtMost } from '#shared/protocol/commands/comparisons.ts'
import type { Comparison } from '#shared/measures/comparison.ts'
import type { NetworkRecord } from '#shared/protocol/records.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'
import { baselinePresetConfig } from '#test/support/preset-config.ts'

const configs = standardBaselineIds.map(baselinePresetConfig)

const network: NetworkRecord = {
  ...{ id: 'net-1', name: 'n', architecture: 'a', title: 't', classes: 10, sha256: '', sizeBytes: 1, parameters: 1 },
  ...{ representedWeights: 1, kernels: 1, createdAt: '2030-01-01T00:00:00.000Z' },
  preprocessing: preprocessingPresets.imagenet.preprocessing,
  origin: { kind: 'imported', source: '', format: '', sha256: '' },
}

function comparisonOf(count: number): Comparison {
  const entries = Array.from({ length: count }, (_, at) => ({
    experiment: experimentRecord({ id: `compared-${at}`, status: 'completed' }),
    network,
  }))
  return { split: 'test', originals: [], entries, pairs: [], configRows: [] }
}

test('those that are there, or will be, are not made again', () => {
  const [first, second, third] = configs
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few')
  const experiments = [
    experimentRecord({ id: 'done', status: 'completed', config: first }),
    experimentRecord({ id: 'failed', status: 'failed', config: second }),
    experimentRecord({ id: 'of another network', status: 'completed', config: second, networkId: 'net-2' }),
    experimentRecord({ id: 'waiting', status: 'queued', config: third }),
  ]
  expect(comparedBaselines(comparisonOf(1), experiments.map(summaryOf))).toEqual({
    networkId: 'net-1',
    datasetId: 'data-1',
    presentIds: ['done', 'waiting'],
    missing: configs.filter((config) => config !== first && config !== third),
  })
})

test('nothing is offered where there is no network, or no room', () => {
  expect(
    comparedBaselines({ split: 'test', originals: [], entries: [], pairs: [], configRows: [] }, []),
  ).toBeUndefined()
  expect(comparedBaselines(comparisonOf(comparedAtMost - configs.length), [])).toBeDefined()
  expect(comparedBaselines(comparisonOf(comparedAtMost - configs.length + 1), [])).toBeUndefined()
})

test('each says whether it is there for this network on these images', () => {
  const [first, second] = configs
  if (first === undefined || second === undefined) throw new Error('too few')
  const done = summaryOf(experimentRecord({ id: 'done', status: 'completed', config: first }))
  const elsewhere = summaryOf(
    experimentRecord({ id: 'on other images', status: 'completed', config: second, datasetId: 'data-2' }),
  )
  const found = standardBaselines({ networkId: 'net-1', datasetId: 'data-1' }, [elsewhere, done])
  expect(found.map(({ config, present }) => [config, present])).toEqual(
    configs.map((config) => [config, config === first ? done : undefined]),
  )
  expect(found.map(({ preset }) => preset.id)).toEqual(standardBaselineIds)
})
