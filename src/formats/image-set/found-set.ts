/** What every way in which images come (folders, archives, tables) hands on: the images it found, not yet decoded. */
import type { Oddity } from '#shared/dataset/dataset-plan.ts'
import type { SkippedFiles, SplitName } from '#shared/protocol/records.ts'

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
  /** What is odd about where the labels come from; what is odd about the labels themselves, `imageSetPlan` finds. */
  readonly oddities?: readonly Oddity[]
  /** What is left out, and why. */
  readonly skipped: SkippedFiles
}
