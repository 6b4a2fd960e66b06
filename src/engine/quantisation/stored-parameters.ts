/** Parameters at the precision they are stored at; accuracy is measured with what a reader gets back. */
import { fromFloat16Bits, toFloat16Bits } from '#shared/basics/float16.ts'
import { sizeOf, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { RemainderPrecision } from '#shared/experiment/config-fields.ts'
import { AppException } from '#shared/basics/result.ts'
import {
  largestCode,
  scaleRows,
  storedValues,
  type IntegerBits,
  type StoredTensor,
  type StoredTensors,
} from '#shared/tensors/stored-tensor.ts'
import { integerPlan, scaleName, type QuantisationPlan } from './fake-quantisation.ts'
import { codeOf, rowScales, storedScales } from './row-scales.ts'

export type FloatPrecision = 'float32' | 'float16'

/**
 * @param parameters float32, by name; with `scaleName` entries where scales were learned
 * @param plan which of them become integers, with their bits
 * @param precision of the others
 * Throws `AppException` `invalid-config` when a value does not fit the precision.
 */
export function storedParameters(
  parameters: HostTensors,
  names: readonly string[],
  plan: QuantisationPlan,
  precision: FloatPrecision,
): StoredTensors {
  return Object.fromEntries(
    names.map((name) => {
      const tensor = parameters[name]
      if (tensor === undefined) throw new RangeError(`no parameter ${name} to store`)
      const bits = plan[name]
      const learned = parameters[scaleName(name)]?.data
      return [name, bits === undefined ? storedFloats(name, tensor, precision) : storedIntegers(tensor, bits, learned)]
    }),
  )
}

/**
 * What is stored beside represented weights. @param exact names of tensors that stay float16 where the others become
 * integers
 */
export function storedRemainder(
  tensors: HostTensors,
  precision: RemainderPrecision,
  exact: ReadonlySet<string>,
): StoredTensors {
  if (precision !== 'int8') return storedFloatTensors(tensors, precision)
  const names = Object.keys(tensors)
  return storedParameters(
    tensors,
    names,
    integerPlan(
      names.filter((name) => !exact.has(name)),
      precision,
    ),
    'float16',
  )
}

/** Every tensor as floats of one precision. */
export function storedFloatTensors(tensors: HostTensors, precision: FloatPrecision): StoredTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, storedFloats(name, tensor, precision)]),
  )
}

/** What a reader of the stored tensors gets. */
export function readBack(tensors: StoredTensors): HostTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, storedValues(tensor)]))
}

function storedFloats(name: string, { shape, data }: HostTensor, precision: FloatPrecision): StoredTensor {
  if (precision === 'float32') return { kind: 'float32', shape, values: Float32Array.from(data) }
  const halves = Uint16Array.from(data, toFloat16Bits)
  const lost = halves.findIndex((bits) => !Number.isFinite(fromFloat16Bits(bits)))
  if (lost >= 0) {
    throw new AppException({
      code: 'invalid-config',
      message: `${name} holds ${String(data[lost])}, which float16 cannot: its largest number is 65,504.`,
      where: `${name}, element ${lost}`,
      remedy: 'Store the predictor and the remainder as float32.',
    })
  }
  return { kind: 'float16', shape, halves }
}

/** @param logarithms of the row scales; left out, the scales that round best are taken */
function storedIntegers(
  tensor: HostTensor,
  bits: IntegerBits,
  logarithms: Float32Array | Int32Array | undefined,
): StoredTensor {
  const { shape, data } = tensor
  const columns = sizeOf(shape) / scaleRows(shape)
  const scales = logarithms === undefined ? rowScales(tensor, bits) : storedScales(logarithms)
  const largest = largestCode(bits)
  const codes = Int8Array.from(data, (value, at) => codeOf(value, scales[Math.floor(at / columns)] ?? 1, largest))
  return { kind: 'integer', shape, bits, codes, scales: Uint16Array.from(scales, toFloat16Bits) }
}
