import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { KernelPreview, LayerReconstruction } from '#shared/protocol/records.ts'

export interface ShownLayerError {
  readonly name: string
  /** ||w - w'|| / ||w||. */
  readonly error: number
}

/** Relative errors of the final result, or of the newest preview while it is not there yet. */
export function layerErrors(
  layers: readonly LayerReconstruction[] | undefined,
  previews: readonly KernelPreview[],
): { readonly isFinal: boolean; readonly rows: readonly ShownLayerError[] } {
  if (layers !== undefined) {
    return { isFinal: true, rows: layers.map(({ name, relativeError }) => ({ name, error: relativeError })) }
  }
  return { isFinal: false, rows: previews.map(({ layer, relativeError }) => ({ name: layer, error: relativeError })) }
}

/** Bits a weight of the layers whose bytes are known. */
export function layerBits(
  layers: readonly LayerReconstruction[],
): readonly { readonly name: string; readonly bits: number; readonly bytes: number }[] {
  return layers.flatMap(({ name, shape, bytes }) =>
    bytes === undefined ? [] : [{ name, bytes, bits: (8 * bytes) / sizeOf(shape) }],
  )
}
