import { float32Tensor, int32Tensor } from '#shared/tensors/host-tensor.ts'
import { writeNpz } from '#formats/npz/writer.ts'
import { writeZip } from '#formats/zip/writer.ts'
import type { Random } from '#shared/basics/random.ts'
import { mutateBytes, pick } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'
import { twoNetworks } from '../two-networks.ts'
import { mutateZipRecords, unpackZip } from '../zip-parts.ts'
import { readWholeFile } from './safetensors.ts'

const seed = writeNpz([
  ['conv.weight', float32Tensor([2, 1, 3, 3], new Float32Array(18).fill(0.5))],
  ['conv.bias', float32Tensor([2], Float32Array.of(1, NaN))],
  ['steps', int32Tensor([], Int32Array.of(3))],
  ['params/Conv_0/kernel', float32Tensor([1, 1, 2, 3], new Float32Array(6))],
  ['norm.weight_g', float32Tensor([2, 1], Float32Array.of(1, 2))],
  ['norm.weight_v', float32Tensor([2, 3], new Float32Array(6).fill(0.5))],
])
const contents = await unpackZip(seed)

/** What a header says, and what a hostile one would: other types, orders and shapes, objects, text without end. */
const edits = [
  [/<f4/, ['<f8', '>f4', '|O', '<c8', '|u1', '<U9', "', 'x': '", '<f2']],
  [/False/, ['True', 'None', '0', "__import__('os')"]],
  [/\(([\d, ]*)\)/, ['()', '(9007199254740993,)', '(-1,)', '(2, 9)', '(1,1,1,1,1,1,1,1,1)', '(2e9, 2e9)', '[2]']],
  [/'shape'/, ["'form'", "'descr'"]],
  [/\}/, ['', '} }', ', }}']],
] as const

/** Another text in the header of the same length, so that what follows is read as it was. */
function mutateHeader(array: Uint8Array, random: Random): Uint8Array {
  const text = Buffer.from(array).toString('latin1')
  const [pattern, replacements] = pick<(typeof edits)[number]>(random, edits)
  const changed = text.replace(pattern, pick<string>(random, replacements))
  const difference = changed.length - text.length
  const fitted =
    difference > 0 ? changed.replace(' '.repeat(difference), '') : changed.replace(' ', ' '.repeat(1 - difference))
  return Uint8Array.from(Buffer.from(fitted, 'latin1'))
}

/** NumPy's archives of arrays. */
export const npz: FuzzedReader = {
  name: 'npz',
  seeds: [seed],
  mutate(valid, random) {
    if (random.integer(4) === 0) return mutateZipRecords(valid, random)
    const wanted = random.integer(contents.length)
    return writeZip(
      contents.map(([name, content], at) => {
        if (at !== wanted) return [name, content]
        return [name, random.integer(3) === 0 ? mutateBytes(content, random) : mutateHeader(content, random)]
      }),
    )
  },
  handmade: [
    writeZip([
      ['a.npy', contents[0]?.[1] ?? new Uint8Array()],
      ['b.txt', new Uint8Array(1)],
    ]),
    writeNpz(Object.entries(twoNetworks())),
    // Version 2 with a header of 4 GB.
    writeZip([['a.npy', Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0, 0xff, 0xff, 0xff, 0xff)]]),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe', 'weights-file-ambiguous'],
  isRecognised: (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4,
  read: readWholeFile,
}
