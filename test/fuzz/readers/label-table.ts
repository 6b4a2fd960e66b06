import { asResultSync } from '#formats/file-error.ts'
import { parseClassList } from '#formats/image-set/class-list.ts'
import { classSpaceOf } from '#formats/image-folder/class-space.ts'
import { LabelLookup } from '#formats/image-folder/label-lookup.ts'
import { parseLabelTable } from '#formats/image-folder/label-table.ts'
import { ok } from '#shared/basics/result.ts'
import { pick } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const classes = parseClassList({ name: 'classes.txt' }, encode('n01 tench\nn02 goldfish, Carassius auratus\n'))
const numbers = ['-1', '0', '65535', '65536', '999999', '1e9', '1.0']
const texts = ['', '"', '""', 'n01', '"a,b"', '"open', '\u0000', 'x'.repeat(5000), '=1+1', '.\\b.jpg', '../..//c.png']
const OPENING_BRACE = 0x7b
/** Images that the table may speak of; two have the same name. */
const images = ['images/a.jpg', 'images/b.jpg', 'images/c.png', 'x/d.png', 'y/d.png']

/** The table that says which class each image of a folder is, with and without a list of classes beside it. */
export const labelTable: FuzzedReader = {
  name: 'label-table',
  seeds: [
    encode('file,wnid,name\r\n"a,b.png",n02,"big ""dog"""\r\nc.png,n01,cat\r\nx/d.png,n02,dog\r\n'),
    encode('index,image\n0,a.jpg\n7,b.jpg\n7,b.jpg\n'),
    encode('\ufeffImageId;Class;split\n.\\images\\a.jpg;frog;Train\nb; truck ;TEST\nc;deer;valid\n'),
    encode('id\tlabel\na\t1\nb\t2\nc\t3\n'),
    encode('{"file_name": "a.jpg", "label": 3}\n{"file_name": "b.jpg", "label": 1}\n'),
  ],
  mutate(valid, random) {
    const rows = new TextDecoder().decode(valid).split('\n')
    const at = 1 + random.integer(Math.max(1, rows.length - 1))
    const row = (rows[at] ?? '').split(',')
    row.splice(random.integer(row.length + 1), random.integer(3), pick(random, [...numbers, ...texts]))
    rows.splice(at, random.integer(2), row.join(','))
    return encode(rows.join('\n'))
  },
  handmade: [
    new Uint8Array(),
    encode(`file,label\n${'"'.repeat(100_000)}`),
    encode(`file,label\n${','.repeat(1_000_000)}`),
    encode(`file,label\n${'a,0\n'.repeat(100_000)}`),
    encode(`file,label\n${' '.repeat(1_000_000)}x`),
    encode(`file,label\n${'/.'.repeat(500_000)},0`),
    encode(`file,label\n${Array.from({ length: 70_000 }, (_, i) => `${i}.png,class ${i}\n`).join('')}`),
    encode('file,label\nd.png,0\n'),
    encode(`{"a": ${'['.repeat(100_000)}`),
    encode('{"file": "a.jpg", "__proto__": {"label": 1}, "label": 0}\n'),
    encode(`file,label\n${Array.from({ length: 50_000 }, (_, i) => `${i}/a.jpg,0\n`).join('')}`),
  ],
  codes: ['dataset-invalid'],
  isRecognised: (bytes) => /file|image|id/i.test(new TextDecoder().decode(bytes.subarray(0, 20))),
  read: (bytes) =>
    asResultSync(() => {
      const file = { name: bytes[0] === OPENING_BRACE ? 'metadata.jsonl' : 'labels.csv' }
      for (const list of [undefined, classes]) {
        const { rows, isByIndex } = parseLabelTable(file, bytes, list !== undefined)
        const lookup = new LabelLookup(file.name, rows)
        const space = classSpaceOf(file, { list, folders: [], rows, isByIndex, words: new Map() })
        const count = space.names.length
        for (const { label } of rows) {
          const index = space.ofLabel(label)
          if (index !== undefined && !(index >= 0 && index < count)) throw new RangeError(`class ${index} of ${count}`)
        }
        for (const image of images) lookup.take(image, image)
      }
      return ok(undefined)
    }),
}
