/** Which split people mean by the name of a folder, a file or a column: `train`, `Training_Set`, `valid`, `dev`, ... */
import type { SplitName } from '#shared/protocol/records.ts'

const splitWords: ReadonlyMap<string, SplitName> = new Map([
  ...['train', 'training', 'trn', 'trainval', 'trainset'].map((word) => [word, 'train'] as const),
  ...['val', 'valid', 'validate', 'validation', 'valset', 'dev', 'development', 'eval', 'evaluation', 'holdout'].map(
    (word) => [word, 'validation'] as const,
  ),
  ...['test', 'tests', 'testing', 'tst', 'testset'].map((word) => [word, 'test'] as const),
])

/** Words that add nothing to the name of a split. */
const fillers = new Set(
  'set sets split data dataset images image imgs img pictures photos jpg jpeg png samples folder dir files labels'.split(
    ' ',
  ),
)

/**
 * The split that a name stands for, in any case and with any filler (`Training_Set`, `test-images`, `val2017`), or
 * undefined. Both training and validation together (`train_val`) are for training.
 */
export function splitNamed(name: string): SplitName | undefined {
  const words = wordsOf(name).filter((word) => !fillers.has(word))
  return words.every((word) => splitWords.has(word)) ? oneOf(words) : undefined
}

/** The same for a name that says more than the split: `seg_train`, `ILSVRC2012_img_val`, `dogs-test`. */
export function splitWithin(name: string): SplitName | undefined {
  return oneOf(wordsOf(name).filter((word) => splitWords.has(word)))
}

function oneOf(words: readonly string[]): SplitName | undefined {
  const [first, second] = [...new Set(words.map((word) => splitWords.get(word)))]
  if (second === undefined) return first
  return words.length === 2 && first === 'train' && second === 'validation' ? 'train' : undefined
}

/** `trainLabels_2` has the words train and labels. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
}
