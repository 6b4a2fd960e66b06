/** How often bands hold what they promise: every network is held out once while the others teach. */
import { learnGroup } from './accuracy-band.ts'
import { beyondChance, type Lesson } from './lesson.ts'

export interface HeldOutNetwork {
  readonly title: string
  readonly runs: number
  readonly covered: number
  /** Of the bands, in points. */
  readonly medianWidth: number
}

export interface HeldOutCoverage {
  readonly networks: readonly HeldOutNetwork[]
  readonly runs: number
  readonly covered: number
  readonly medianWidth: number
}

/**
 * Runs whose damage is beyond what the other networks teach have no band and are left out.
 * @param accuracies of the original networks, in [0, 1], by their hashes
 */
export function heldOutCoverage(lessons: readonly Lesson[], accuracies: ReadonlyMap<string, number>): HeldOutCoverage {
  const held = [...new Set(lessons.map(({ network }) => network.sha256))].map((sha256) => {
    const own = lessons.filter(({ network }) => network.sha256 === sha256)
    const others = lessons.filter(({ network }) => network.sha256 !== sha256)
    const bands = [...new Set(own.map(({ group }) => group))].flatMap((group) =>
      heldOutBands(
        own.filter((lesson) => lesson.group === group),
        others,
        accuracies.get(sha256),
      ),
    )
    return { title: own[0]?.network.title ?? sha256, bands }
  })
  const all = held.flatMap(({ bands }) => bands)
  return { networks: held.map(({ title, bands }) => ({ title, ...summaryOfBands(bands) })), ...summaryOfBands(all) }
}

interface HeldOutBand {
  readonly width: number
  readonly isCovered: boolean
}

/** @param own lessons of one network and one group */
function heldOutBands(
  own: readonly Lesson[],
  others: readonly Lesson[],
  accuracy: number | undefined,
): readonly HeldOutBand[] {
  const [first] = own
  if (first === undefined || accuracy === undefined) throw new RangeError('a network that is held out has no accuracy')
  const learnt = learnGroup(first.group, { ...first.network, accuracy }, others)
  const points = 100 * beyondChance(accuracy, first.network.classes)
  return own.flatMap(({ damage, lostShare }) => {
    const band = learnt.forecast(damage)
    if (band.kind !== 'band') return []
    const lost = points * lostShare
    return [{ width: band.high - band.low, isCovered: lost >= band.low && lost <= band.high }]
  })
}

function summaryOfBands(bands: readonly HeldOutBand[]): {
  readonly runs: number
  readonly covered: number
  readonly medianWidth: number
} {
  const widths = bands.map(({ width }) => width).toSorted((a, b) => a - b)
  return {
    runs: bands.length,
    covered: bands.filter(({ isCovered }) => isCovered).length,
    medianWidth: widths[Math.floor(widths.length / 2)] ?? NaN,
  }
}
