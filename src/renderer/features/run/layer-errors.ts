import type { KernelPreview, LayerReconstruction } from '#shared/records.ts'

export interface LayerError {
  readonly name: string
  /** ||w - w'|| / ||w||. */
  readonly error: number
}

/** Relative errors of the final result, or of the kernels seen in previews while it is not there yet. */
export function layerErrors(
  layers: readonly LayerReconstruction[] | undefined,
  previews: readonly KernelPreview[],
): { readonly isFinal: boolean; readonly rows: readonly LayerError[] } {
  if (layers !== undefined) {
    return { isFinal: true, rows: layers.map(({ name, relativeError }) => ({ name, error: relativeError })) }
  }
  const rows = previews
    .map(({ layer, original, reconstructed }) => ({ name: layer, error: relativeError(original, reconstructed) }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  return { isFinal: false, rows }
}

/** NaN when the original is all zero. */
function relativeError(original: Float32Array, reconstructed: Float32Array): number {
  let difference = 0
  let norm = 0
  original.forEach((weight, index) => {
    difference += (weight - (reconstructed[index] ?? 0)) ** 2
    norm += weight ** 2
  })
  return Math.sqrt(difference / norm)
}
