import type { Recipe } from '#shared/protocol/commands/experiments.ts'
import type {
  AccuracyCount,
  DatasetRecord,
  ExperimentRecord,
  NetworkRecord,
  RunRecord,
  PackagedResult,
} from '#shared/protocol/records.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { wilsonInterval, type Interval } from '#shared/measures/statistics.ts'

interface Measured {
  readonly correct: number
  /** Absent where it was not measured: few classes, or an older studio. */
  readonly correctTop5?: number
  readonly total: number
  readonly accuracy: number
  /** 95 % Wilson interval. */
  readonly interval: Interval
}

/** Everything a report says; the JSON report is this as it is. */
export interface ReportData {
  readonly reportVersion: 1
  readonly experiment: Pick<ExperimentRecord, 'id' | 'name' | 'notes' | 'createdAt' | 'config'>
  /** From what it can be made again. */
  readonly recipe: Pick<Recipe, 'yaml' | 'command'>
  readonly run: {
    readonly id: string
    readonly device: string
    readonly startedAt: string
    readonly endedAt?: string
    readonly seconds: PackagedResult['seconds']
  }
  /** Inputs by content: SHA-256 of the stored network, of the file it came from, and of the data set. */
  readonly network: Pick<
    NetworkRecord,
    'name' | 'title' | 'architecture' | 'classes' | 'preprocessing' | 'sha256' | 'origin'
  >
  readonly dataset?: Pick<DatasetRecord, 'name' | 'kind' | 'sha256' | 'evidence' | 'counts'>
  readonly accuracies: readonly {
    readonly split: string
    readonly original: Measured
    readonly reconstructed: Measured
  }[]
  /** What the package keeps of the original to the bit and what not, a sentence each. */
  readonly kept: readonly string[]
  readonly sizes: PackagedResult['sizes']
  readonly relativeError: number
  readonly layers: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly weights: number
    readonly relativeError: number
  }[]
  readonly package: { readonly fileName: string; readonly sizeBytes: number; readonly sha256: string }
  readonly versions: Readonly<Record<string, string>>
}

export interface ReportSources {
  readonly experiment: ExperimentRecord
  readonly recipe: ReportData['recipe']
  readonly run: RunRecord
  readonly result: PackagedResult
  readonly network: NetworkRecord
  readonly dataset: DatasetRecord | undefined
  readonly package: ReportData['package']
  readonly versions: Readonly<Record<string, string>>
}

export function reportData({ experiment, recipe, run, result, network, dataset, ...rest }: ReportSources): ReportData {
  const { id, name, notes, createdAt, config } = experiment
  return {
    reportVersion: 1,
    experiment: { id, name, notes, createdAt, config },
    recipe: { yaml: recipe.yaml, command: recipe.command },
    run: {
      id: run.id,
      device: run.device ?? '',
      startedAt: run.startedAt,
      ...(run.endedAt === undefined ? {} : { endedAt: run.endedAt }),
      seconds: result.seconds,
    },
    network: {
      name: network.name,
      title: network.title,
      architecture: network.architecture,
      classes: network.classes,
      preprocessing: network.preprocessing,
      sha256: network.sha256,
      origin: network.origin,
    },
    ...(dataset === undefined
      ? {}
      : {
          dataset: {
            name: dataset.name,
            kind: dataset.kind,
            sha256: dataset.sha256,
            evidence: dataset.evidence,
            counts: dataset.counts,
          },
        }),
    accuracies: result.accuracies.map(({ split, original, reconstructed }) => ({
      split,
      original: measured(original),
      reconstructed: measured(reconstructed),
    })),
    kept: familyOf(config).describeKept(config),
    sizes: result.sizes,
    relativeError: result.relativeError,
    layers: result.layers.map((layer) => ({
      ...layer,
      weights: layer.shape.reduce((product, extent) => product * extent, 1),
    })),
    package: rest.package,
    versions: rest.versions,
  }
}

function measured(count: AccuracyCount): Measured {
  const { correct, total } = count
  return { ...count, accuracy: total === 0 ? 0 : correct / total, interval: wilsonInterval(correct, total) }
}
