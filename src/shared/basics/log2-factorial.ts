/** log2(n!), the information in an order of n things: Stirling's series, right to 1e-3 from n = 1 on. */
export function log2Factorial(count: number): number {
  if (count < 2) return 0
  const natural = count * Math.log(count) - count + Math.log(2 * Math.PI * count) / 2 + 1 / (12 * count)
  return natural / Math.LN2
}
