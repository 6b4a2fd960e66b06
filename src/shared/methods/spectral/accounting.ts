/** Bytes that a compression by coded kernels is expected to end with: those that were asked for. */
import { sizesOfParts, type NetworkShape, type SizeBreakdown } from '../../package/accounting.ts'
import type { SpectralConfig } from './config.ts'

/**
 * Expected sizes, before anything has run: one part, since only the weights tell how the bytes are shared out. Undefined
 * with a step of one's own, whose bytes only the weights tell.
 */
export function spectralSizes(network: NetworkShape, { size }: SpectralConfig): SizeBreakdown | undefined {
  if (size.target === 'step') return undefined
  const { originalBytes } = sizesOfParts(network, [])
  const bytes = size.target === 'bytes' ? size.bytes : Math.floor(originalBytes / size.ratio)
  return sizesOfParts(network, [{ part: 'kernels', bytes, detail: 'with all other parts, as asked for' }])
}
