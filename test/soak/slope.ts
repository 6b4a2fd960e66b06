/** Growth from one value to the next, by least squares; 0 of fewer than two values. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const spread = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0)
  const common = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0)
  return spread === 0 ? 0 : common / spread
}
