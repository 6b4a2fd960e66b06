/** Which split an image belongs to: the one it came in, or, when nobody has said so, one decided by its name alone. */
import { createHash } from 'node:crypto'
import type { ImportSplit, SplitName } from '#shared/protocol/records.ts'

/**
 * How an image is put into a split: `hash` 80 % to training, 10 % each to validation and test; `train` 90 % to training
 * and 10 % to validation, beside test images of their own; the others all to one.
 */
export type SplitRule = 'hash' | 'train' | 'all-train' | 'validation' | 'test'

/** Below this a set is taken to be for measuring: a tenth of it would say little. */
const MIN_IMAGES_TO_SPLIT = 1_000

/** @param name path of the file below the data set's folder, with slashes: anybody gets the same */
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

/** The rule of each split that a set came in, and of images that came in `none`. */
type SplitRules = Readonly<Record<SplitName | 'none', SplitRule>>

/**
 * What becomes of the images of each split. ImageNet's val images are what everybody reports accuracy on: without test
 * images they are the test split, and validation is cut from train.
 * @param given the splits of all images, undefined for those that came in none
 * @param split what the user wants of the latter
 */
export function splitRules(
  given: ReadonlySet<SplitName | undefined>,
  split: ImportSplit,
  imageCount: number,
): { readonly rules: SplitRules; readonly notes: readonly string[] } {
  const hasTest = given.has('test')
  const hasValidation = given.has('validation')
  const none = wholeRule(split, imageCount)
  const train = trainRule(hasTest, hasValidation) ?? none
  const rules: SplitRules = { train, validation: hasTest ? 'validation' : 'test', test: 'test', none }
  const notes: string[] = []
  if (hasValidation && !hasTest) notes.push('No test images came with it: the validation images are the test images.')
  if (given.has('train')) {
    if (train === 'train') notes.push('A tenth of the training images, chosen by file name, is cut off for validation.')
    if (train === none) notes.push(`Training images alone say nothing about splits: ${describeRule(none)}.`)
  }
  return { rules, notes }
}

export function describeRule(rule: SplitRule): string {
  return rule === 'test' ? 'all of them test images' : 'split by file name, 80 % train, 10 % validation, 10 % test'
}

/** Undefined when there is nothing but training images: then nobody has said which are for what. */
function trainRule(hasTest: boolean, hasValidation: boolean): SplitRule | undefined {
  if (hasTest && hasValidation) return 'all-train'
  return hasTest || hasValidation ? 'train' : undefined
}

function wholeRule(split: ImportSplit, imageCount: number): SplitRule {
  if (split !== 'auto') return split
  return imageCount < MIN_IMAGES_TO_SPLIT ? 'test' : 'hash'
}

/** 0 to 9: the first four bytes of the SHA-256 of the file's name without folders, modulo 10. */
function tenthOf(name: string): number {
  const file = name.slice(name.lastIndexOf('/') + 1)
  return createHash('sha256').update(file).digest().readUInt32BE(0) % 10
}
