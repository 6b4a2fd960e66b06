import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { ExperimentRecord, RunRecord } from '#shared/protocol/records.ts'

/** An experiment row for tests that need one but no store. */
export function experimentRecord(changes: Partial<ExperimentRecord> = {}): ExperimentRecord {
  return {
    id: 'experiment-1',
    number: 1,
    name: 'Experiment',
    status: 'draft',
    config: fastConfig,
    networkId: 'net-1',
    datasetId: 'data-1',
    isStarred: false,
    isArchived: false,
    tags: [],
    notes: '',
    createdAt: '2030-01-01T00:00:00.000Z',
    updatedAt: '2030-01-01T00:00:00.000Z',
    ...changes,
  }
}

/** A completed compression of an original that gets 9,173 of 10,000 test images right. */
export function completedRun({
  correct,
  experimentId = 'experiment-1',
}: {
  readonly correct: number
  readonly experimentId?: string
}): RunRecord {
  const network = {
    representedLayers: [{ name: 'conv', shape: [64, 64, 3, 3] as const }],
    remainder: [{ name: 'fc.weight', shape: [10, 65], group: 'linear' as const, isVariance: false }],
  }
  return {
    id: `run-of-${experimentId}`,
    experimentId,
    attempt: 1,
    status: 'completed',
    step: 10,
    totalSteps: 10,
    startedAt: '2030-01-01T00:00:00.000Z',
    result: {
      kind: 'compress',
      accuracies: [
        { split: 'test', original: { correct: 9173, total: 10_000 }, reconstructed: { correct, total: 10_000 } },
      ],
      sizes: sizeBreakdown(network, fastConfig),
      layers: [{ name: 'conv', shape: [64, 64, 3, 3], relativeError: 0.2 }],
      relativeError: 0.2,
      seconds: { permutation: 1, reconstruction: 2, distillation: 3, evaluation: 4, total: 10 },
    },
  }
}
