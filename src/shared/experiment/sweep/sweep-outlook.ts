/** What a sweep will take, before it is started. */
import type { NetworkShape } from '../../package/accounting.ts'
import { familyOf } from '../families.ts'
import type { ExpandedSweep, SweepRun } from './expand-sweep.ts'

/** Least and most of what is known of some of the runs. */
export interface KnownRange {
  readonly least: number
  readonly most: number
  /** Of how many runs it is known. */
  readonly runs: number
}

export interface SweepOutlook {
  readonly runs: number
  /** Left out, since they would repeat others. */
  readonly duplicates: number
  /** Expected sizes of the files; absent where only the weights tell, or nothing is compressed. */
  readonly bytes?: KnownRange
  /** Expected time of the runs, one after the other; absent while nothing like them has been measured. */
  readonly seconds?: { readonly total: number; readonly runs: number }
}

/**
 * The numbers that are shown before a sweep is started.
 * @param shapeOf a network of the library, by its id
 * @param secondsOf expected time of each run, in their order; undefined while nothing like it has been measured
 */
export function outlookOf(
  { runs, duplicates }: ExpandedSweep,
  shapeOf: (networkId: string) => NetworkShape | undefined,
  secondsOf: readonly (number | undefined)[],
): SweepOutlook {
  const bytes = runs.flatMap((run) => bytesOf(run, shapeOf) ?? [])
  const seconds = secondsOf.flatMap((value) => value ?? [])
  const total = seconds.reduce((sum, value) => sum + value, 0)
  return {
    runs: runs.length,
    duplicates,
    ...(bytes.length === 0 ? {} : { bytes: rangeOf(bytes) }),
    ...(seconds.length === 0 ? {} : { seconds: { total, runs: seconds.length } }),
  }
}

function bytesOf(
  { networkId, config }: SweepRun,
  shapeOf: (networkId: string) => NetworkShape | undefined,
): number | undefined {
  const shape = networkId === undefined ? undefined : shapeOf(networkId)
  return shape === undefined ? undefined : familyOf(config).expectedSizes(shape, config)?.totalBytes
}

function rangeOf(values: readonly number[]): KnownRange {
  // No spread: there may be more of them than a call takes arguments.
  return values.reduce<KnownRange>(
    ({ least, most, runs }, value) => ({ least: Math.min(least, value), most: Math.max(most, value), runs }),
    { least: Infinity, most: -Infinity, runs: values.length },
  )
}
