import { readFileSync } from 'node:fs'
import { writeZip } from '#formats/zip/writer.ts'
import { torchFile } from '#test/support/torch-file.ts'
import { assemble, PROTO_2, STOP } from '#test/unit/formats/pytorch/hostile-pickle.ts'
import { mutateBytes, pick } from '../mutate-bytes.ts'
import { mutatePickle } from '../pickle-parts.ts'
import type { FuzzedReader } from '../reader.ts'
import { twoNetworks } from '../two-networks.ts'
import { mutateZipRecords, unpackZip, type ZipContents } from '../zip-parts.ts'
import { readWholeFile } from './safetensors.ts'

const archives = ['zip.pt', 'zip-deflated.pt', 'zip-protocol-4.pt', 'unusual-tensors.pt', 'beside-4.pt'].map(
  (name) => new Uint8Array(readFileSync(`test/fixtures/pytorch/${name}`)),
)

const contents = new Map<Uint8Array, ZipContents>()
for (const archive of archives) contents.set(archive, await unpackZip(archive))

const pickleOf = (...parts: readonly string[]): Uint8Array =>
  writeZip([['a/data.pkl', assemble(PROTO_2, ...parts, STOP)]])

/** torch.save since version 1.6. */
export const pytorchZip: FuzzedReader = {
  name: 'pytorch-zip',
  seeds: archives,
  mutate(valid, random) {
    const entries = contents.get(valid)
    if (entries === undefined || random.integer(3) === 0) return mutateZipRecords(valid, random)
    // Most of the time the weights are well, and what says what they are is not; the checksums are right.
    const wanted =
      random.integer(4) === 0 ? pick(random, entries)[0] : entries.find(([name]) => name.endsWith('.pkl'))?.[0]
    const changed = entries.map(([name, content]): readonly [string, Uint8Array] => {
      if (name !== wanted) return [name, content]
      return [name, name.endsWith('.pkl') ? mutatePickle(content, random) : mutateBytes(content, random)]
    })
    return writeZip(changed)
  },
  handmade: [
    pickleOf('}'),
    pickleOf('cposix\nsystem\n'),
    writeZip([['a/nothing.txt', new Uint8Array(3)]]),
    writeZip([
      ['a/data.pkl', assemble(PROTO_2, '}', STOP)],
      ['a/constants.pkl', new Uint8Array(1)],
    ]),
    torchFile(twoNetworks()),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe', 'weights-file-ambiguous'],
  isRecognised: (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4,
  read: readWholeFile,
}
