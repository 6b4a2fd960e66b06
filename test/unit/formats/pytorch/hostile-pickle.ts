/** Assembles pickles by hand, to say things that torch.save never says. */

export type Part = number | string | Uint8Array | readonly Part[]

export function assemble(...parts: readonly Part[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(bytesOf))
}

function bytesOf(part: Part): readonly number[] {
  if (typeof part === 'number') return [part]
  if (typeof part === 'string') return [...new TextEncoder().encode(part)]
  if (part instanceof Uint8Array) return [...part]
  return part.flatMap(bytesOf)
}

export const PROTO_2 = [0x80, 2]
export const STOP = '.'

export function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

export function text(value: string): readonly Part[] {
  const bytes = new TextEncoder().encode(value)
  return ['X', uint32(bytes.byteLength), bytes]
}

export function global(module: string, name: string): string {
  return `c${module}\n${name}\n`
}

function integers(values: readonly number[]): readonly Part[] {
  return ['(', ...values.map((value) => ['J', uint32(value)]), 't']
}

export interface HostileTensor {
  readonly storageClass?: string
  readonly key?: string
  readonly count?: number
  readonly offset?: number
  readonly shape?: readonly number[]
  readonly strides?: readonly number[]
}

/** One float32 vector of 4 in a storage of 4, unless told otherwise. */
function tensor({
  storageClass = 'FloatStorage',
  key = '0',
  count = 4,
  offset = 0,
  shape = [4],
  strides = [1],
}: HostileTensor): readonly Part[] {
  const id = ['(', text('storage'), global('torch', storageClass), text(key), text('cpu'), 'J', uint32(count), 't']
  const args = ['(', id, 'Q', 'J', uint32(offset), integers(shape), integers(strides), 0x89, '}', 't']
  return [global('torch._utils', '_rebuild_tensor_v2'), args, 'R']
}

const legacyFront = [
  [PROTO_2, 0x8a, 10, [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19], STOP],
  [PROTO_2, 'M', [0xe9, 0x03], STOP],
  [PROTO_2, '}', text('little_endian'), 0x88, 's', STOP],
]

/** A legacy PyTorch checkpoint whose third pickle is `root` (opcodes up to STOP). */
export function legacyFile(root: readonly Part[], ...rest: readonly Part[]): Uint8Array {
  return assemble(...legacyFront, PROTO_2, root, STOP, ...rest)
}

/** A legacy PyTorch checkpoint {'a': tensor} with 16 bytes of weights. */
export function legacyTensor(description: HostileTensor): Uint8Array {
  const keys = [PROTO_2, ']', text(description.key ?? '0'), 'a', STOP]
  const weights = [uint32(description.count ?? 4), uint32(0), new Uint8Array(16)]
  return legacyFile(['}', text('a'), tensor(description), 's'], keys, weights)
}
