/** Which of the images that only one side got right are shown, in which order. */
import type { Flip } from '#shared/measures/comparison.ts'

export type FlipSide = 'both' | 'first' | 'second'
export type FlipOrder = 'confidence' | 'image'

export interface FlipChoice {
  /** Images that only this one got right. */
  readonly side: FlipSide
  /** Of the images' labels; undefined for all. */
  readonly label: number | undefined
  readonly order: FlipOrder
}

export function isFirstRight({ first, label }: Flip): boolean {
  return first.classIndex === label
}

export function shownFlips(flips: readonly Flip[], { side, label, order }: FlipChoice): readonly Flip[] {
  const chosen = flips.filter(
    (flip) =>
      (side === 'both' || isFirstRight(flip) === (side === 'first')) && (label === undefined || flip.label === label),
  )
  return order === 'image' ? chosen : chosen.sort((one, other) => sureness(other) - sureness(one))
}

/** How sure the wrong side was: the surest mistakes tell most. Unknown ones come last, in their order. */
function sureness(flip: Flip): number {
  return (isFirstRight(flip) ? flip.second.confidence : flip.first.confidence) ?? -1
}

/** How many images of each class flipped, by class index, the most first. */
export function flipsByClass(flips: readonly Flip[]): readonly { readonly label: number; readonly count: number }[] {
  const counts = new Map<number, number>()
  for (const { label } of flips) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].map(([label, count]) => ({ label, count })).sort((one, other) => other.count - one.count)
}
