/**
 * What becomes of a set of images, decided and shown before any of them is decoded. Every way in which images come
 * (folders, archives, tables) finds them, `planOf` says their splits and what is odd, `convertImageSet` carries it out.
 */
import type { Oddity } from '#shared/dataset/dataset-plan.ts'
import type { ImportSplit, SkippedFiles, SplitName } from '#shared/protocol/records.ts'
import { oddities } from './oddities.ts'
import { describeRule, splitOf, splitRules } from './splits.ts'

/** An encoded image, its class, and the split it came in. */
export interface FoundImage {
  /** For people, and for the rule that splits by name: below what was given, with slashes. */
  readonly name: string
  /** In which split it came; undefined where nobody has said so. */
  readonly given?: SplitName | undefined
  /** Into the class names. */
  readonly classIndex: number
  /** The encoded file. Throws `AppException`; the codes `file-...` and `not-found` are a fault of this image alone. */
  read(): Promise<Uint8Array>
}

export interface FoundSet {
  /** How the set was recognised, for people: a part of a sentence. */
  readonly layout: string
  /** For people, in class order; a class may have no image. */
  readonly classNames: readonly string[]
  /** Read in this order within each split, some at a time. */
  readonly images: readonly FoundImage[]
  /** Images that have no label because their whole split has none, which is usual; they are in `skipped` too. */
  readonly unlabelledImages: number
  /** All images that were seen, those that are left out among them. */
  readonly seenImages: number
  /** What was understood or done that is not obvious, a sentence each. */
  readonly notes: readonly string[]
  /** What is odd about where the labels come from; what is odd about the labels themselves, `planOf` finds. */
  readonly oddities?: readonly Oddity[]
  /** What is left out, and why. */
  readonly skipped: SkippedFiles
}

export interface ImageSetPlan extends Pick<FoundSet, 'layout' | 'classNames' | 'notes' | 'skipped'> {
  readonly images: Readonly<Record<SplitName, readonly FoundImage[]>>
  /** Not empty: the set is taken in only when somebody accepts it. */
  readonly oddities: readonly Oddity[]
}

/** @param split what the user wants of images that came in no split (`ImportSplit`) */
export function planOf(found: FoundSet, split: ImportSplit): ImageSetPlan {
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
