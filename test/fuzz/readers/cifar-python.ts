import { readFileSync } from 'node:fs'
import { cifar10 } from '#formats/cifar/layout.ts'
import { recordsFromPython } from '#formats/cifar/python-batch.ts'
import { asResultSync } from '#formats/file-error.ts'
import { ok } from '#shared/basics/result.ts'
import { assemble, PROTO_2, STOP } from '#test/unit/formats/pytorch/hostile-pickle.ts'
import { joined } from '../mutate-bytes.ts'
import { mutatePickle } from '../pickle-parts.ts'
import type { FuzzedReader } from '../reader.ts'

const batch = { name: 'data_batch_1', images: 4, isTest: false }
const pickles = ['cifar10-python2', 'cifar10-protocol4', 'float', 'big-endian', 'objects'].map(
  (name) => new Uint8Array(readFileSync(`test/fixtures/cifar/${name}.pickle`)),
)

/** A batch of the official python version, of four images. Most of its bytes are pixels, which nobody need mutate. */
export const cifarPython: FuzzedReader = {
  name: 'cifar-python',
  seeds: pickles,
  mutate(valid, random) {
    // The opcodes stand before and after the pixels.
    const front = Math.min(300, valid.byteLength)
    const isFront = random.integer(2) === 0 || valid.byteLength < 1000
    if (isFront) return joined(mutatePickle(valid.subarray(0, front), random), valid.subarray(front))
    const back = valid.byteLength - 300
    return joined(valid.subarray(0, back), mutatePickle(valid.subarray(back), random))
  },
  handmade: [assemble(PROTO_2, '}', STOP), assemble(PROTO_2, 'cos\nsystem\n', STOP), assemble(PROTO_2, 'N', STOP)],
  codes: ['dataset-invalid', 'file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised: (bytes) => bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 9) <= 5,
  read: (bytes) => asResultSync(() => ok(recordsFromPython({ name: 'fuzzed' }, cifar10, batch, bytes))),
}
