import { defaultPreprocessing } from '#shared/network/preprocessing.ts'
import type { DatasetRecord, NetworkRecord } from '#shared/protocol/records.ts'

/** A network row for tests that need one but not its file. */
export function networkRecord(changes: Partial<NetworkRecord> = {}): NetworkRecord {
  return {
    id: 'net-1',
    name: 'ResNet-20',
    architecture: 'resnet20-cifar-a',
    title: 'ResNet-20 (CIFAR, option A)',
    classes: 10,
    sha256: 'a'.repeat(64),
    sizeBytes: 1_081_000,
    parameters: 269_722,
    representedWeights: 267_696,
    kernels: 29_744,
    preprocessing: defaultPreprocessing,
    origin: { kind: 'imported', source: 'resnet20.th', format: 'pytorch-legacy', sha256: 'b'.repeat(64) },
    createdAt: '2030-01-01T00:00:00.000Z',
    ...changes,
  }
}

/** A data set row for tests that need one but not its images. */
export function datasetRecord(changes: Partial<DatasetRecord> = {}): DatasetRecord {
  return {
    id: 'data-1',
    name: 'CIFAR-10',
    kind: 'cifar10',
    classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    imageShape: [3, 32, 32],
    counts: { train: 45_000, validation: 5_000, test: 10_000 },
    sha256: 'c'.repeat(64),
    sizeBytes: 184_440_000,
    evidence: 'made up',
    skipped: { count: 0, files: [] },
    createdAt: '2030-01-01T00:00:00.000Z',
    ...changes,
  }
}
