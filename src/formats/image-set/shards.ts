/** Files that hold many images each: which of them make up a set, and the split each is of. */
import type { SplitName } from '#shared/protocol/records.ts'
import type { SkippedList } from './skipped.ts'
import { splitWithin } from './split-names.ts'

export interface ShardFiles {
  readonly folder: string
  /** Below `folder`, with slashes, in order. */
  readonly names: readonly string[]
  /** What is left out already, and what will be. */
  readonly skipped: SkippedList
}

/**
 * The split that the name of a shard says, or that of the nearest of its folders: `data/train-00000-of-00002.parquet`,
 * `imagenet-train-000000.tar`, `Validation/0000.parquet`.
 */
export function splitOfShard(name: string): SplitName | undefined {
  return name
    .split('/')
    .map(splitWithin)
    .findLast((split) => split !== undefined)
}
