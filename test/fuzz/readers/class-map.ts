import { asResultSync } from '#formats/file-error.ts'
import { parseClassList } from '#formats/image-folder/class-list.ts'
import { parseClassMap } from '#formats/image-folder/class-map.ts'
import { ok } from '#shared/result.ts'
import { pick } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const classes = parseClassList({ name: 'classes.txt' }, encode('n01 tench\nn02 goldfish, Carassius auratus\n'))
const numbers = ['-1', '0', '65535', '65536', '999999', '1e9']
const texts = ['', '"', '""', 'n01', '"a,b"', '"open', '\u0000', 'x'.repeat(5000), '=1+1']

/** The CSV that says which class each image of a folder is, with and without a list of classes beside it. */
export const classMap: FuzzedReader = {
  name: 'class-map',
  seeds: [
    encode('file,wnid,name\r\n"a,b.png",n02,"big ""dog"""\r\nc.png,n01,cat\r\nd.png,n02,dog\r\n'),
    encode('index,image\n0,a.jpg\n7,b.jpg\n7,b.jpg\n'),
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
  ],
  codes: ['dataset-invalid'],
  isRecognised: (bytes) => /file|image/.test(new TextDecoder().decode(bytes.subarray(0, 20))),
  read: (bytes) =>
    asResultSync(() => {
      const maps = [undefined, classes].map((list) => parseClassMap({ name: 'labels.csv' }, bytes, list))
      for (const { classNames, classOf } of maps) {
        const largest = [...classOf.values()].reduce((most, index) => Math.max(most, index), -1)
        if (largest >= classNames.length) throw new RangeError(`class ${largest} of ${classNames.length}`)
      }
      return ok(maps.length)
    }),
}
