/** Mutates protobuf messages by their fields (protobuf.dev, "Encoding"); every length is right again afterwards. */
import type { Random } from '#shared/basics/random.ts'
import { extremes, joined, mutateBytes, pick } from './mutate-bytes.ts'

interface Field {
  readonly number: number
  /** 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes. */
  readonly wireType: number
  readonly content: Uint8Array
}

/** The same message after one change in one field, at any depth. */
export function mutateProtobuf(message: Uint8Array, random: Random): Uint8Array {
  const fields = fieldsOf(message)
  if (fields === undefined || fields.length === 0) return mutateBytes(message, random)
  const at = random.integer(fields.length)
  const field = fields[at]
  if (field === undefined) return message
  const changed = [...fields]
  const inner = field.wireType === 2 ? fieldsOf(field.content) : undefined
  // Most of the time deeper, so that nodes and attributes are reached and not only the few fields above them.
  if (inner !== undefined && inner.length > 0 && random.integer(5) > 0) {
    changed[at] = { ...field, content: mutateProtobuf(field.content, random) }
    return encoded(changed)
  }
  switch (random.integer(5)) {
    case 0:
      changed.splice(at, 1)
      break
    case 1:
      changed.splice(random.integer(fields.length + 1), 0, field)
      break
    case 2:
      changed[at] = { ...field, number: 1 + random.integer(30) }
      break
    case 3:
      changed[at] = { ...pick(random, fields), number: field.number }
      break
    default:
      changed[at] = { ...field, content: mutatedContent(field, random) }
  }
  return encoded(changed)
}

function mutatedContent({ wireType, content }: Field, random: Random): Uint8Array {
  if (wireType === 0) return varint(BigInt(pick(random, [...extremes, 2, 3, 7, 2 ** 40])))
  if (wireType !== 2) return content.map(() => random.integer(256))
  return pick(random, [new Uint8Array(), mutateBytes(content, random), joined(content, content), text('Unheard')])
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

/** undefined for bytes that are no message. */
function fieldsOf(message: Uint8Array): readonly Field[] | undefined {
  const fields: Field[] = []
  let at = 0
  const take = (length: number): Uint8Array | undefined => {
    if (length > message.byteLength - at) return undefined
    at += length
    return message.subarray(at - length, at)
  }
  const takeVarint = (): Uint8Array | undefined => {
    let length = 1
    while (length <= 10 && ((message[at + length - 1] ?? 0) & 0x80) !== 0) length++
    return length > 10 ? undefined : take(length)
  }
  while (at < message.byteLength) {
    const tag = takeVarint()
    if (tag === undefined) return undefined
    const key = Number(valueOf(tag))
    const wireType = key & 7
    const number = Math.floor(key / 8)
    if (number === 0 || number > 1000) return undefined
    const length = wireType === 2 ? takeVarint() : undefined
    const content = contentOf(wireType, length, take, takeVarint)
    if (content === undefined) return undefined
    fields.push({ number, wireType, content })
  }
  return fields
}

function contentOf(
  wireType: number,
  length: Uint8Array | undefined,
  take: (length: number) => Uint8Array | undefined,
  takeVarint: () => Uint8Array | undefined,
): Uint8Array | undefined {
  switch (wireType) {
    case 0:
      return takeVarint()
    case 1:
      return take(8)
    case 2:
      return length === undefined ? undefined : take(Number(valueOf(length)))
    case 5:
      return take(4)
    default:
      return undefined
  }
}

function valueOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 7n) | BigInt(byte & 0x7f), 0n)
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}

function encoded(fields: readonly Field[]): Uint8Array {
  return joined(
    ...fields.flatMap(({ number, wireType, content }) => {
      const tag = varint(BigInt(number * 8 + wireType))
      return wireType === 2 ? [tag, varint(BigInt(content.byteLength)), content] : [tag, content]
    }),
  )
}
