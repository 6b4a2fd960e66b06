/** Mutates packages by their description and their coded sections. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { descriptionDictionary } from '#formats/spectral-package/dictionary.ts'
import { writeSafetensors, type TensorToWrite } from '#formats/safetensors/writer.ts'
import type { Random } from '#shared/basics/random.ts'
import { mutateBytes, pick } from './mutate-bytes.ts'
import { mutateJson } from './mutate-json.ts'
import { partsOf, withHeader } from './safetensors-parts.ts'

const section = 'description'
/** Of the only kind of package that has one; where a description needs none it is not looked at. */
const dictionary = new TextEncoder().encode(descriptionDictionary)

/** The same package with another description, and sections `change` may change; checksums and lengths are right again. */
export function rewritten(
  file: Uint8Array,
  describe: (description: object) => string,
  change: (name: string, bytes: Uint8Array) => Uint8Array = (_name, bytes) => bytes,
): Uint8Array {
  const read = readSafetensors(file, 'seed')
  if (!read.ok) throw new Error(read.error.message)
  const sections = new Map<string, TensorToWrite>()
  const checksums: Record<string, number> = {}
  for (const [name, { shape, dtype, bytes }] of read.value.tensors) {
    if (name === section) continue
    const changed = change(name, bytes)
    sections.set(name, { shape, dtype, bytes: changed })
    checksums[name] = crc32(changed)
  }
  const present = read.value.tensors.get(section)?.bytes ?? new Uint8Array()
  const description: unknown = JSON.parse(new TextDecoder().decode(inflateSync(present, { dictionary })))
  const bytes = deflateSync(describe({ ...(description as object), checksums }), { level: 1 })
  sections.set(section, { shape: [bytes.byteLength], dtype: 'uint8', bytes })
  return writeSafetensors(sections, read.value.metadata)
}

/** The header, the description, a coded stream or any byte changed. */
export function mutatePackage(valid: Uint8Array, random: Random): Uint8Array {
  switch (random.integer(4)) {
    case 0: {
      const { header, data } = partsOf(valid)
      return withHeader(mutateJson(header, random), data)
    }
    case 1: {
      // A coded stream that ends elsewhere: same length, other bits.
      const keepLength = (_name: string, bytes: Uint8Array): Uint8Array => {
        const changed = new Uint8Array(bytes)
        for (let edit = 0; edit < 4; edit++) {
          changed[random.integer(changed.length)] = pick(random, [0, 0xff, random.integer(256)])
        }
        return changed
      }
      return rewritten(valid, (description) => JSON.stringify(description), keepLength)
    }
    case 2:
      return mutateBytes(valid, random)
    default:
      return rewritten(valid, (description) => mutateJson(description, random))
  }
}

interface CodedEntry {
  readonly name: string
  readonly bytes?: number
}

/**
 * Files that contradict themselves about coded numbers, of a package whose first two coded entries are of more than 64
 * bytes: one says version 1, one gives most bytes of the first entry to the second.
 * @param entriesOf of a description
 */
export function codedContradictions(
  file: Uint8Array,
  entriesOf: (description: object) => readonly CodedEntry[],
): readonly Uint8Array[] {
  const moved = rewritten(file, (description) => {
    const [first, second] = entriesOf(description).filter(({ bytes = 0 }) => bytes > 64)
    const lost = (first?.bytes ?? 0) - 64
    return JSON.stringify(description, (_key, value: unknown) => {
      if (value === first) return { ...first, bytes: 64 }
      return value === second ? { ...second, bytes: (second?.bytes ?? 0) + lost } : value
    })
  })
  return [rewritten(file, (description) => JSON.stringify({ ...description, version: 1 })), moved]
}

/** A description that inflates to 64 MB, in a file with this mark. */
export function descriptionBomb(markKey: string): Uint8Array {
  const bytes = deflateSync(new Uint8Array(64 * 2 ** 20))
  const mark = { [markKey]: '{"version":1}' }
  return writeSafetensors([[section, { shape: [bytes.byteLength], dtype: 'uint8', bytes }]], mark)
}
