/**
 * Integers of whole layers, coded by contexts as those of spectral codes are (docs/format.md): a stream for each layer, chances
 * that go on from one to the next. All integer layers of a package are coded so, or none.
 */
import type { AppException } from '#shared/basics/result.ts'
import type { CompressedTensors } from '#shared/tensors/compressed-tensor.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { KernelShape } from '#shared/tensors/represented-shape.ts'
import { largestCode, type IntegerBits } from '#shared/tensors/stored-tensor.ts'
import { BitDecoder, BitEncoder } from '../coding/bit-coder.ts'
import { KernelCoder, mostCodesAByte, mostKernelWeights } from '../coding/kernel-codes.ts'
import { kernelShape } from './kernel-shape.ts'

/**
 * Streams of all integer layers by name; none where the kernels of one are too large. Throws `invalid-argument` for one that is
 * no kernels.
 */
export function encodeByContexts(layers: CompressedTensors): ReadonlyMap<string, Uint8Array> {
  const kernels = new KernelCoder('none')
  const integers = Object.entries(layers).flatMap(([name, tensor]) =>
    tensor.kind === 'integer' ? [{ name, codes: tensor.codes, shape: kernelShape(name, tensor) }] : [],
  )
  if (integers.some(({ shape }) => isTooLarge(shape))) return new Map()
  const streams = integers.map(({ name, codes, shape }) => {
    const coder = new BitEncoder()
    const corrupt = (problem: string): never => {
      throw new RangeError(`${name}: ${problem}`)
    }
    kernels.code({ coder, corrupt }, { shape, codes: Int32Array.from(codes) })
    return [name, coder.finish()] as const
  })
  return new Map(streams)
}

/** Reads the streams of a package's layers, in their order. */
export class ContextDecoder {
  readonly #kernels = new KernelCoder('none')

  /** Throws what `corrupt` makes when the bytes are not those of codes of `bits` bits. */
  decode(
    bytes: Uint8Array,
    { shape, bits }: { readonly shape: KernelShape; readonly bits: IntegerBits },
    corrupt: (problem: string) => AppException,
  ): Int8Array {
    const count = sizeOf(shape)
    // Before memory is taken.
    if (count > mostCodesAByte * bytes.byteLength) {
      throw corrupt(`expected at most ${mostCodesAByte} codes a byte, found ${count} in ${bytes.byteLength} bytes`)
    }
    if (isTooLarge(shape)) throw corrupt(`expected kernels of at most ${mostKernelWeights} weights, found more`)
    const codes = new Int32Array(count)
    const coder = new BitDecoder(bytes, corrupt)
    this.#kernels.code({ coder, corrupt }, { shape, codes })
    coder.assertEnd()
    const largest = largestCode(bits)
    const beyond = codes.find((code) => Math.abs(code) > largest)
    if (beyond !== undefined) throw corrupt(`expected codes of at most ${largest}, found ${beyond}`)
    return Int8Array.from(codes)
  }
}

function isTooLarge([, , height, width]: KernelShape): boolean {
  return height * width > mostKernelWeights
}
