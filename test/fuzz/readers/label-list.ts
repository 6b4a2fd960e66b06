import { asResultSync } from '#formats/file-error.ts'
import {
  parseAnnotationList,
  parseGroundTruth,
  parseKitNumbers,
  parseNumbered,
} from '#formats/image-folder/annotation-list.ts'
import { parseClassList, parseWords } from '#formats/image-set/class-list.ts'
import { LabelLookup } from '#formats/image-folder/label-lookup.ts'
import { ok } from '#shared/basics/result.ts'
import { pick } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const words = [
  '',
  '0',
  '1',
  '-1',
  '99999',
  '100000',
  'n01440764',
  'a b.jpg 3',
  '\t\t',
  ',,',
  '\u0000',
  'x'.repeat(5000),
]

/** Lists without a header, by what the folder they lie in takes them for: each seed is of one kind. */
export const labelList: FuzzedReader = {
  name: 'label-list',
  seeds: [
    encode('val_0.JPEG\tn01440764\t0\t0\t63\t63\nval_1.JPEG\tn02102040\t0\t0\t63\t63\n'),
    encode('my dog.jpg 3\nb.png 0\nval/c.JPEG 1\n'),
    encode('490\n361\n171\n822\n'),
    encode('n02119789 1 kit_fox\nn02100735 2 English_setter\n'),
    encode('1 001.Black_footed_Albatross\n2 002.Laysan_Albatross\n'),
    encode('n01440764\ttench, Tinca tinca\nn02102040\tEnglish springer\n'),
  ],
  mutate(valid, random) {
    const lines = new TextDecoder().decode(valid).split('\n')
    const at = random.integer(lines.length)
    const fields = (lines[at] ?? '').split(/\s/)
    fields.splice(random.integer(fields.length + 1), random.integer(3), pick(random, words))
    lines.splice(at, random.integer(2), fields.join(pick(random, [' ', '\t', ',', ';'])))
    return encode(lines.join('\n'))
  },
  handmade: [
    new Uint8Array(),
    encode('1 a\n'.repeat(100_000)),
    encode(`${'a.png '.repeat(200_000)}`),
    encode(`${' '.repeat(1_000_000)}1`),
    encode(Array.from({ length: 70_000 }, (_, i) => `${i} class ${i}\n`).join('')),
  ],
  codes: ['dataset-invalid'],
  isRecognised: (bytes) => bytes.length > 0,
  read: (bytes) =>
    asResultSync(() => {
      const file = { name: 'list.txt' }
      const lookup = new LabelLookup(file.name, parseAnnotationList(bytes))
      for (const image of ['val/val_0.JPEG', 'my dog.jpg', 'c.JPEG']) lookup.take(image, image)
      const { names, indexOf } = parseClassList(file, bytes, new Set(['002.Laysan_Albatross']))
      if (names.length !== indexOf.size) throw new RangeError(`${names.length} names of ${indexOf.size} classes`)
      parseWords(bytes)
      parseKitNumbers(bytes)
      const text = new TextDecoder().decode(bytes)
      // As the names of the files say it: these two demand their form of every line.
      if (/^\d+\s*$/m.test(text)) parseGroundTruth(file, bytes)
      else if (/^\d+\s+\S/.test(text)) parseNumbered(file, bytes)
      return ok(undefined)
    }),
}
