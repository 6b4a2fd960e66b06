import { formatCount, formatDuration, formatPercent } from '../basics/format.ts'
import type { FamilyDescription } from '../experiment/family-description.ts'
import { withHalf } from '../experiment/lighter-steps.ts'
import { accuracyOf } from '../experiment/plan.ts'
import type { TrainResult } from '../experiment/results.ts'
import { formatTop5 } from '../measures/top-5.ts'
import { formatTable } from '../plain-text/table.ts'
import { trainingForkable } from './forkable.ts'
import { trainParameters } from './parameters.ts'
import { trainingStages } from './stages.ts'

/** The training of a network; its runs end with the network. */
export const trainingFamily: FamilyDescription<'train'> = {
  experimentKind: 'train',
  noun: 'training',
  parameters: trainParameters,
  packageFormat: undefined,
  plan: ({ kind, architecture, epochs }) => ({ kind, architecture, epochs }),
  methodOf: () => undefined,
  nameOf: ({ architecture }) => architecture,
  namedParameters: ['architecture'],
  expectedSizes: () => undefined,
  predictedLayers: () => undefined,
  describeKept: () => [],
  forkable: trainingForkable,
  lighter: (config) =>
    withHalf(
      config.batchSize,
      (half) => `a batch of ${half} images`,
      (batchSize) => ({ ...config, batchSize }),
    ),
  outcome: ({ test, seconds }) => ({ accuracy: accuracyOf(test), seconds: seconds.total }),
  describeResult: formatTrainResult,
  stages: trainingStages,
  lossGroup: () => undefined,
  paceSubject: ({ architecture }) => architecture,
}

function formatTrainResult({ validation, test, seconds, smoothness }: TrainResult): string {
  // For few classes it is not measured: then no empty column.
  const hasTop5 = test.correctTop5 !== undefined
  const rows = [['validation', validation] as const, ['test', test] as const].map(([split, count]) => [
    split,
    formatPercent(count.correct / Math.max(1, count.total)),
    ...(hasTop5 ? [formatTop5(count)] : []),
    formatCount(count.total),
  ])
  const table = formatTable(
    [
      { title: 'split' },
      { title: 'accuracy', align: 'right' },
      ...(hasTop5 ? ([{ title: 'top-5', align: 'right' }] as const) : []),
      { title: 'images', align: 'right' },
    ],
    rows,
  )
  const lines = [
    ...(smoothness === undefined
      ? []
      : [`smoothness  ${smoothness.after.toFixed(4)}, before training ${smoothness.before.toFixed(4)}`]),
    `time  ${formatDuration(seconds.total)}`,
  ]
  return `${table}\n\n${lines.join('\n')}`
}
