/** ONNX models byte by byte, right or wrong. */

/** A field of protobuf: a number, or bytes with their length. */
export function field(number: number, value: number | Uint8Array | string | readonly Uint8Array[]): Uint8Array {
  if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)])
  const content = typeof value === 'string' || value instanceof Uint8Array ? Buffer.from(value) : Buffer.concat(value)
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content])
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return Uint8Array.from([...bytes, Number(rest)])
}

/** An image of 8 x 8, a 1 x 1 convolution with these weights, the mean over the pixels: the classes. */
export function modelOf(weights: readonly Uint8Array[], extra: readonly Uint8Array[] = [], opset = 17): Uint8Array {
  const node = (op: string, inputs: readonly string[], output: string) =>
    field(1, [...inputs.map((name) => field(1, name)), field(2, output), field(4, op)])
  const dimensions = ['', 3, 8, 8].map((extent) => {
    return field(1, typeof extent === 'number' ? field(1, extent) : field(2, 'batch'))
  })
  const images = field(11, [field(1, 'images'), field(2, field(1, [field(1, 1), field(2, dimensions)]))])
  const graph = [
    node('Conv', ['images', 'w'], 'maps'),
    node('GlobalAveragePool', ['maps'], 'pooled'),
    node('Flatten', ['pooled'], 'scores'),
    field(5, [field(8, 'w'), ...weights]),
    images,
    field(12, field(1, 'scores')),
  ]
  return Buffer.concat([field(1, 8), field(7, [...graph, ...extra]), field(8, field(2, opset))])
}
