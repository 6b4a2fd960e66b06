import type { RemainderPrecision } from '../experiment/config-fields.ts'

const kept: Readonly<Record<RemainderPrecision, string>> = {
  float32: 'are kept to the bit',
  float16: 'are rounded to 16-bit floats',
  int8: 'are rounded to 8-bit integers, variances to 16-bit floats',
}

/** What a reader of a package gets of tensors that it keeps at this precision. @param what they are, in the plural */
export function describeKeptTensors(what: string, precision: RemainderPrecision): string {
  return `${what} ${kept[precision]}.`
}
