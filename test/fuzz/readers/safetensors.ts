import { bytesSource } from '#formats/byte-source.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { ok } from '#shared/basics/result.ts'
import { joined } from '../mutate-bytes.ts'
import { mutateJson } from '../mutate-json.ts'
import type { FuzzedReader } from '../reader.ts'
import { twoNetworks } from '../two-networks.ts'
import { lengthBytes, partsOf, withHeader } from '../safetensors-parts.ts'

/** Reads all of a weights file of any format, as an import does. */
export async function readWholeFile(bytes: Uint8Array) {
  const read = await readWeightsFile(bytesSource(bytes, 'fuzzed'))
  if (!read.ok) return read
  return ok([...read.value.tensors.values()].map((tensor) => tensor.toFloat32().length))
}

export const safetensors: FuzzedReader = {
  name: 'safetensors',
  seeds: [
    writeSafetensors(
      [
        ['conv.weight', { shape: [2, 1, 3, 3], data: new Float32Array(18).fill(0.5) }],
        ['bn.running_mean', { shape: [4], data: Float64Array.of(1, 2, 3, NaN) }],
        ['steps', { shape: [], data: BigInt64Array.of(3n) }],
        ['empty', { shape: [0, 7], data: new Uint8Array() }],
      ],
      { arch: 'resnet20', preprocessing: '{"mean":[0.5],"standardDeviation":[0.5]}' },
    ),
    writeSafetensors([['a', { shape: [4], dtype: 'bfloat16', bytes: new Uint8Array(8).fill(0x7f) }]]),
  ],
  mutate(valid, random) {
    const { header, data } = partsOf(valid)
    return withHeader(mutateJson(header, random), data)
  },
  handmade: [
    new Uint8Array(),
    writeSafetensors(Object.entries(twoNetworks())),
    // A header of 16 exabytes, and one of 2 GB.
    joined(new Uint8Array(8).fill(0xff), new TextEncoder().encode('{}')),
    joined(Uint8Array.of(0, 0, 0, 0x7f, 0, 0, 0, 0), new TextEncoder().encode('{}')),
    withHeader('{}', new Uint8Array()),
    withHeader(`{"a":${'['.repeat(200_000)}`, new Uint8Array()),
    withHeader(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, new Uint8Array()),
    withHeader(
      '{"a":{"dtype":"F32","shape":[9007199254740991,9007199254740991],"data_offsets":[0,4]}}',
      new Uint8Array(4),
    ),
    withHeader('{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,4]}}', new Uint8Array(4)),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe', 'weights-file-ambiguous'],
  isRecognised: (bytes) => bytes[lengthBytes] === 0x7b,
  read: readWholeFile,
}
