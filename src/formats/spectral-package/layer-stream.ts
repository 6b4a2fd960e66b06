/** All coded layers in one stream: first what goes beside the kernels, layer by layer, then their codes. */
import { AppException } from '#shared/basics/result.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { KernelTransform, SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import { BitDecoder, BitEncoder, type BitCoder } from '../coding/bit-coder.ts'
import { BitMeter } from '../coding/bit-meter.ts'
import { KernelCoder, mostCodesAByte } from '../coding/kernel-codes.ts'

import { SideCoder, type SideNumbers, type SideShape } from './side-numbers.ts'

/** Throws `invalid-argument` for numbers that the stream cannot hold. */
export function encodeLayerStream(
  layers: readonly SpectralLayer[],
  transform: KernelTransform,
): Uint8Array<ArrayBuffer> {
  const coder = new BitEncoder()
  encodeSide(coder, layers)
  const kernels = new KernelCoder(transform)
  // The encoder writes back what it was given.
  for (const layer of layers) kernels.code({ coder, corrupt: unfit }, layer)
  return coder.finish()
}

/** Bytes that the coded stream of these layers takes, exactly: what a search for a step needs. */
export function codedBytes(layers: readonly SpectralLayer[], transform: KernelTransform): number {
  return encodeLayerStream(layers, transform).byteLength
}

/** Bytes of what goes before the codes of kernels: gains, steps and biases. */
export function codedSideBytes(layers: readonly SpectralLayer[]): number {
  const coder = new BitEncoder()
  encodeSide(coder, layers)
  return coder.finish().byteLength
}

function encodeSide(coder: BitEncoder, layers: readonly SpectralLayer[]): void {
  const side = new SideCoder(coder, unfit)
  for (const layer of layers) side.code({ shape: layer.shape, hasBias: layer.bias !== undefined }, layer)
}

/** Everything that the stream says of a layer. */
export interface LayerNumbers extends SideNumbers {
  readonly codes: Int32Array
}

/** Numbers of each of `layers`, and the bytes of its codes to the nearest one. Throws what `corrupt` makes when no encoder writes such a stream for them. */
export function decodeLayerStream<Layer extends SideShape>(
  bytes: Uint8Array,
  layers: readonly Layer[],
  transform: KernelTransform,
  corrupt: (problem: string) => AppException,
): readonly { readonly layer: Layer; readonly numbers: LayerNumbers; readonly bytes: number }[] {
  assertRoom(bytes, layers, corrupt)
  const coder = new BitDecoder(bytes, corrupt)
  const side = decodeSide(coder, layers, corrupt)
  const kernels = new KernelCoder(transform)
  const decoded = side.map(({ layer, numbers }) => {
    const codes = new Int32Array(sizeOf(layer.shape))
    const before = coder.sentBytes
    kernels.code({ coder, corrupt }, { shape: layer.shape, codes })
    return { layer, numbers: { ...numbers, codes }, bytes: coder.sentBytes - before }
  })
  coder.assertEnd()
  return decoded
}

/** The same with the bits that each code of a layer costs, and those of what goes before the codes. Throws as `decodeLayerStream`. */
export function meterLayerStream<Layer extends SideShape>(
  bytes: Uint8Array,
  layers: readonly Layer[],
  transform: KernelTransform,
  corrupt: (problem: string) => AppException,
): {
  readonly sideBits: number
  readonly layers: readonly { readonly layer: Layer; readonly numbers: LayerNumbers; readonly bits: Float32Array }[]
} {
  assertRoom(bytes, layers, corrupt)
  const decoder = new BitDecoder(bytes, corrupt)
  const meter = new BitMeter(decoder)
  const side = decodeSide(meter, layers, corrupt)
  const sideBits = meter.take()
  const kernels = new KernelCoder(transform)
  const metered = side.map(({ layer, numbers }) => {
    const codes = new Int32Array(sizeOf(layer.shape))
    const bits = new Float32Array(codes.length)
    kernels.code({ coder: meter, corrupt }, { shape: layer.shape, codes }, { meter, bits })
    return { layer, numbers: { ...numbers, codes }, bits }
  })
  decoder.assertEnd()
  return { sideBits, layers: metered }
}

/** Before memory is taken: throws for more weights than any encoder writes into so few bytes. */
function assertRoom(bytes: Uint8Array, layers: readonly SideShape[], corrupt: (problem: string) => AppException): void {
  const weights = layers.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  if (weights <= mostCodesAByte * bytes.byteLength) return
  throw corrupt(`expected at most ${mostCodesAByte} weights a byte, found ${weights} in ${bytes.byteLength} bytes`)
}

/** Bytes of the stream that go before the codes of kernels. Throws as `decodeLayerStream`. */
export function sideBytes(
  bytes: Uint8Array,
  layers: readonly SideShape[],
  corrupt: (problem: string) => AppException,
): number {
  const coder = new BitDecoder(bytes, corrupt)
  decodeSide(coder, layers, corrupt)
  return Math.min(bytes.byteLength, coder.sentBytes)
}

function decodeSide<Layer extends SideShape>(
  coder: BitCoder,
  layers: readonly Layer[],
  corrupt: (problem: string) => AppException,
): readonly { readonly layer: Layer; readonly numbers: SideNumbers }[] {
  const side = new SideCoder(coder, corrupt)
  return layers.map((layer) => ({ layer, numbers: side.code(layer, undefined) }))
}

function unfit(problem: string): AppException {
  return new AppException({ code: 'invalid-argument', message: `Coded layers do not fit a package: ${problem}.` })
}
