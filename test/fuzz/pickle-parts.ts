/** Mutates pickles by opcodes: pieces that are whole opcodes are put in, or take the place of other bytes. */
import type { Random } from '#shared/basics/random.ts'
import { extremes, joined, mutateBytes, pick } from './mutate-bytes.ts'

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** What a hostile author would write: foreign objects, deep nesting, lying lengths, empty stacks. */
const pieces: readonly Uint8Array[] = [
  ascii('cposix\nsystem\n'),
  ascii('cbuiltins\neval\n('),
  ascii('\x8c\x08builtins\x8c\x04eval\x93'),
  ascii('ctorch._utils\n_rebuild_tensor_v2\n'),
  ascii('cnumpy.core.multiarray\n_reconstruct\n'),
  ascii('ccollections\nOrderedDict\n'),
  ascii('cargparse\nNamespace\n)\x81}b'),
  ascii('ctorch._tensor\n_rebuild_from_type_v2\n'),
  ascii('ctorch._utils\n_rebuild_qtensor\n'),
  ascii('ctorch._utils\n_rebuild_sparse_tensor\n'),
  ascii('('.repeat(3000)),
  ascii(']2a'.repeat(500)),
  ascii('}q\xff}h\xffh\xffs'),
  ascii('X\xff\xff\xff\x7f'),
  ascii('B\xff\xff\xff\xff'),
  ascii('\x8d\xff\xff\xff\xff\xff\xff\xff\x7f'),
  ascii('\x8a\xff'),
  ascii('\x8b\x00\x00\x00\x7f'),
  ...[
    '\x80\x09',
    '\x82\x01',
    'i',
    'h\xfe',
    'j\xff\xff\xff\xff',
    '0',
    '1',
    '2',
    '.',
    'R',
    '\x81',
    '\x8f',
    '\x90',
    '\x91',
    '\x92',
    'b',
    'Q',
    't',
    'u',
  ].map(ascii),
  ...['N', ')', ']', '}', '\x85', '\x86', '\x87', 'e', 'a', 's', 'd', 'l', 'G\x7f\xf0\0\0\0\0\0\0'].map(ascii),
]

export function mutatePickle(pickle: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = pickle
  const edits = 1 + random.integer(3)
  for (let edit = 0; edit < edits; edit++) bytes = editOnce(bytes, random)
  return bytes
}

function editOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.integer(bytes.byteLength + 1)
  switch (random.integer(4)) {
    case 0:
      return joined(bytes.subarray(0, at), pick(random, pieces), bytes.subarray(at))
    case 1: {
      const piece = pick(random, pieces)
      return joined(bytes.subarray(0, at), piece, bytes.subarray(at + piece.byteLength))
    }
    case 2: {
      // BININT, BININT1 and BININT2 hold counts, offsets, extents and strides.
      const places = [...bytes.keys()].filter((place) => bytes[place] === 0x4a || bytes[place] === 0x4b)
      if (places.length === 0) return mutateBytes(bytes, random)
      const place = pick(random, places)
      const number = new Uint8Array(Uint32Array.of(pick(random, extremes)).buffer)
      const size = bytes[place] === 0x4a ? 5 : 2
      return joined(bytes.subarray(0, place), Uint8Array.of(0x4a), number, bytes.subarray(place + size))
    }
    default:
      return mutateBytes(bytes, random)
  }
}
