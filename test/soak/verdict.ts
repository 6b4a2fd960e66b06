import { formatTable } from '#shared/plain-text/table.ts'
import { watchedProcesses, type Holding, type Sample } from './sample.ts'
import { slopeOf } from './slope.ts'

/** Growth an experiment in the second half of a call: a process that has warmed up keeps nothing of what it has done. */
const bounds: Readonly<Record<keyof Holding, number>> = { memoryBytes: 500_000, handles: 0.05 }
/** The store grows by the same for each: in the second half by at most this much more than in the first. */
const storeGrowthRatio = 1.15
/** Of fewer experiments a slope says nothing. */
const fewest = 20

export interface Verdict {
  /** Growth of every process, as a table for people. */
  readonly table: string
  /** Sentences. */
  readonly problems: readonly string[]
}

/** @param samples of all calls; slopes of processes are those of the last, which started them */
export function judge(samples: readonly Sample[]): Verdict {
  const own = samples.filter(({ call }) => call === samples.at(-1)?.call)
  const second = own.slice(Math.floor(own.length / 2))
  const rows = watchedProcesses.flatMap((process) =>
    (['memoryBytes', 'handles'] as const).map((measure) => {
      const series = second.map(({ held }) => held[process][measure])
      return {
        name: `${process}, ${measure}`,
        slope: slopeOf(series),
        last: series.at(-1) ?? 0,
        bound: bounds[measure],
      }
    }),
  )
  const columns = ['measure', 'at the end', 'growth an experiment', 'bound'].map((title) => ({ title }))
  const cells = rows.map(({ name, last, slope, bound }) => [name, digits(last), digits(slope), digits(bound)])
  const grown = own.length < fewest ? [] : rows.filter(({ slope, bound }) => slope > bound)
  return {
    table: formatTable(columns, cells),
    problems: [
      ...grown.map(({ name, slope }) => `${name}: grows by ${digits(slope)} an experiment.`),
      ...storeProblems(samples),
    ],
  }
}

function storeProblems(samples: readonly Sample[]): readonly string[] {
  if (samples.length < fewest) return []
  const bytes = samples.map(({ storeBytes }) => storeBytes)
  const middle = Math.floor(bytes.length / 2)
  const [first, second] = [slopeOf(bytes.slice(0, middle)), slopeOf(bytes.slice(middle))]
  if (second <= first * storeGrowthRatio) return []
  return [`The store grows faster: by ${digits(first)}, then by ${digits(second)} bytes an experiment.`]
}

function digits(value: number): string {
  return value.toPrecision(4)
}
