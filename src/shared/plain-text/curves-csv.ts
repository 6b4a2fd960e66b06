/** Points of several runs as a file of rows (RFC 4180): one line a point. */
import type { MetricCurve } from '../measures/run-curves.ts'
import { wallTimeMs, type WallOffset } from '../measures/run-timeline.ts'
import { csvText } from './csv.ts'

export const curvesCsvHead = csvText([
  ['experiment', 'attempt', 'metric', 'step', 'training seconds', 'wall seconds', 'value'],
])

/** A value that was no number is `NaN`; a wall time that was not kept is empty. */
export function curveCsvLines(
  { experiment, attempt }: { readonly experiment: string; readonly attempt: number },
  { metric, steps, elapsedMs, values }: MetricCurve,
  wallOffsets: readonly WallOffset[],
): string {
  const lines = Array.from(steps, (step, index) => {
    const elapsed = elapsedMs[index] ?? NaN
    const wall = wallTimeMs(wallOffsets, elapsed)
    const seconds = [elapsed, wall].map((milliseconds) =>
      milliseconds === undefined ? '' : String(milliseconds / 1000),
    )
    return [experiment, String(attempt), metric, String(step), ...seconds, String(values[index] ?? NaN)]
  })
  return csvText(lines)
}
