/** Which split an image belongs to when nobody has said so: decided by its name alone, so that anybody gets the same. */
import { createHash } from 'node:crypto'
import type { SplitName } from '#shared/records.ts'

/**
 * How an image is put into a split: `hash` 80 % to training, 10 % each to validation and test; `train` 90 % to training
 * and 10 % to validation, beside test images of their own; the others all to one.
 */
export type SplitRule = 'hash' | 'train' | 'all-train' | 'validation' | 'test'

/** @param name path of the file below the data set's folder, with slashes */
export function splitOf(rule: SplitRule, name: string): SplitName {
  switch (rule) {
    case 'test':
    case 'validation':
      return rule
    case 'all-train':
      return 'train'
    case 'train':
      return tenthOf(name) === 0 ? 'validation' : 'train'
    case 'hash': {
      const tenth = tenthOf(name)
      if (tenth > 1) return 'train'
      return tenth === 0 ? 'validation' : 'test'
    }
  }
}

/** 0 to 9: the first four bytes of the SHA-256 of the file's name without folders, modulo 10. */
function tenthOf(name: string): number {
  const file = name.slice(name.lastIndexOf('/') + 1)
  return createHash('sha256').update(file).digest().readUInt32BE(0) % 10
}
