import type { Oddity } from '#shared/dataset/dataset-plan.ts'
import { formatCount, formatFirst } from '#shared/basics/format.ts'
import { quoted } from '../file-error.ts'
import type { FoundSet } from './found-set.ts'

/** Named one by one in a sentence. */
const MAX_NAMED = 5

/**
 * What is so unusual that a mistake is likelier: a set of one class, classes that came in one split only (a folder taken
 * for a class, labels that are shifted), most images left out. Splits that are cut by name say nothing about that.
 */
export function oddities(found: FoundSet): readonly Oddity[] {
  const { classNames, images } = found
  const trained = new Set<number>()
  const measured = new Set<number>()
  const undecided = new Set<number>()
  const setOf = { train: trained, validation: measured, test: measured, none: undecided }
  for (const { given, classIndex } of images) setOf[given ?? 'none'].add(classIndex)
  const nameOf = (index: number) => quoted(classNames[index] ?? String(index))
  const odd: Oddity[] = []
  const [only, ...others] = new Set([...trained, ...measured, ...undecided])
  if (only !== undefined && others.length === 0) {
    const text = `All images are of one class, ${nameOf(only)}: there is nothing to tell apart.`
    odd.push({ code: 'one-class', text })
  }
  if (trained.size > 0 && measured.size > 0) {
    const untrained = [...measured].filter((index) => !trained.has(index))
    const unmeasured = [...trained].filter((index) => !measured.has(index))
    if (untrained.length > 0) {
      const text = `${listed(untrained.map(nameOf))} among the validation or test images only, never in training.`
      odd.push({ code: 'class-without-training-images', text })
    }
    if (unmeasured.length > 0) {
      const text = `${listed(unmeasured.map(nameOf))} among the training images only, never in validation or test.`
      odd.push({ code: 'class-in-training-only', text })
    }
  }
  const expected = found.seenImages - found.unlabelledImages
  const left = expected - images.length
  if (left > 0 && left >= images.length) {
    const text = `${formatCount(left)} of ${formatCount(expected)} images would be left out.`
    odd.push({ code: 'mostly-left-out', text })
  }
  return odd
}

function listed(names: readonly string[]): string {
  const shown = formatFirst(names, MAX_NAMED)
  return names.length === 1 ? `The class ${shown} occurs` : `${formatCount(names.length)} classes (${shown}) occur`
}
