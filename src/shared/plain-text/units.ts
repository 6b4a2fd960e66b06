/** `12,345 bytes`, exact: sizes are the point of this program. */
export function formatBytes(bytes: number): string {
  return `${formatCount(Math.round(bytes))} bytes`
}

export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** `91.73 %` of a fraction in [0, 1]. */
export function formatPercent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`
}

/** `-0.65 points`: the difference of two fractions. */
export function formatPoints(difference: number): string {
  const points = (100 * difference).toFixed(2)
  return `${difference > 0 ? '+' : ''}${points} points`
}

/** `2.05 x` */
export function formatRatio(ratio: number): string {
  return `${ratio.toFixed(2)} x`
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
