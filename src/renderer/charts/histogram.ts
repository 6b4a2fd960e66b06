/** Values counted in bins of equal width, symmetric around zero. */
export interface Histogram {
  /** Of the outermost bins, from zero: what lies beyond counts in them. */
  readonly limit: number
  readonly counts: readonly number[]
}

/** @param bins an odd number, so that one is around zero */
export function histogramOf(values: Float32Array, limit: number, bins: number): Histogram {
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    const at = Math.floor(((value / Math.max(limit, Number.MIN_VALUE) + 1) / 2) * bins)
    const bin = Math.max(0, Math.min(bins - 1, at))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { limit, counts }
}

/** Ends of a bin. */
export function binRange({ limit, counts }: Histogram, bin: number): readonly [from: number, to: number] {
  const width = (2 * limit) / counts.length
  return [-limit + bin * width, -limit + (bin + 1) * width]
}
