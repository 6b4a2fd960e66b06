/** Pieces of expected sizes that several methods need. */
import { bytesPerElement, halvesBits, type LayerShape } from '../../package/accounting.ts'
import { formatCount } from '../../basics/format.ts'
import { sizeOf } from '../../tensors/host-tensor.ts'

export function weightCount(layers: readonly LayerShape[]): number {
  return sum(layers, weightsOf)
}

/** `270,000 weights` */
export function countedWeights(layers: readonly LayerShape[]): string {
  return `${formatCount(weightCount(layers))} weights`
}

/** Bytes of `count` halves of one tensor; where they are entropy coded, about. */
export function expectedHalvesBytes(count: number, entropyCoding: boolean): number {
  return entropyCoding ? Math.ceil(halvesBits(count) / 8) : bytesPerElement.float16 * count
}

export function codedAs(entropyCoding: boolean): string {
  return entropyCoding ? ', entropy coded, estimate' : ''
}

export function packed(codes: number, bits: number): number {
  return Math.ceil((codes * bits) / 8)
}

export function weightsOf({ shape }: LayerShape): number {
  return sizeOf(shape)
}

export function sum(layers: readonly LayerShape[], of: (layer: LayerShape) => number): number {
  return layers.reduce((total, layer) => total + of(layer), 0)
}
