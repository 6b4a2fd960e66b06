/** A network that was compressed without a trainer: plausible numbers for looking at the page. */
import type { CompressedFile } from '#shared/protocol/commands/compressed-files.ts'
import type { SketchPoint } from '#shared/protocol/trainer-protocol.ts'
import { sizesOfParts, type NetworkShape } from '#shared/package/accounting.ts'

/** The largest ratio that is not refused. */
export const inventedReach = 55

const originalBytes = 1_096_168

export function inventedSketch(): readonly SketchPoint[] {
  return Array.from({ length: 24 }, (_, index) => {
    const ratio = 3 * 20 ** (index / 23)
    return {
      ratio,
      bytes: Math.round(originalBytes / ratio),
      relativeError: 0.0545 * ratio ** 0.6,
      step: 0.002 * ratio,
    }
  })
}

export function inventedCompressedFile(shape: NetworkShape, ratio: number): CompressedFile {
  const bytes = Math.round(originalBytes / ratio)
  const sizes = sizesOfParts(shape, [
    { part: 'kernels', bytes: bytes - 3920, detail: '267,264 weights, cosine codes' },
    { part: 'batch-norm', bytes: 1640, detail: '1,376 gains and biases, folded' },
    { part: 'linear', bytes: 760, detail: '650 values, 6-bit' },
    { part: 'header', bytes: 1520, detail: 'description and tensor table' },
  ])
  return {
    id: 'file-1',
    sizes,
    relativeError: 0.0545 * ratio ** 0.6,
    layers: [],
    seconds: 0.9,
    sizeBytes: bytes,
    sha256: 'd'.repeat(64),
  }
}
