/**
 * What becomes of a set of images, decided and shown before any of them is decoded. Every way in which images come
 * (folders, archives, tables) finds them, `imageSetPlan` says their splits and what is odd, `convertImageSet` carries it out.
 */
import type { Oddity } from '#shared/dataset/dataset-plan.ts'
import type { ImportSplit, SplitName } from '#shared/protocol/records.ts'
import type { FoundImage, FoundSet } from './found-set.ts'
import { oddities } from './oddities.ts'
import { describeRule, splitOf, splitRules } from './splits.ts'

export interface ImageSetPlan extends Pick<FoundSet, 'layout' | 'classNames' | 'notes' | 'skipped'> {
  readonly images: Readonly<Record<SplitName, readonly FoundImage[]>>
  /** Not empty: the set is taken in only when somebody accepts it. */
  readonly oddities: readonly Oddity[]
}

/** @param split what the user wants of images that came in no split (`ImportSplit`) */
export function imageSetPlan(found: FoundSet, split: ImportSplit): ImageSetPlan {
  const given = new Set(found.images.map((image) => image.given))
  const { rules, notes } = splitRules(given, split, found.images.length)
  const images: Record<SplitName, FoundImage[]> = { train: [], validation: [], test: [] }
  for (const image of found.images) images[splitOf(rules[image.given ?? 'none'], image.name)].push(image)
  // Training images alone are split like images that came in none.
  const isGiven = given.has('validation') || given.has('test')
  return {
    layout: isGiven ? found.layout : `${found.layout}, ${describeRule(rules.none)}`,
    classNames: found.classNames,
    notes: [...found.notes, ...notes],
    skipped: found.skipped,
    images,
    oddities: [...(found.oddities ?? []), ...oddities(found)],
  }
}
