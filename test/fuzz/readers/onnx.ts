import { networkOnnx } from '#engine/network/onnx-export.ts'
import { bytesSource, type ByteSource } from '#formats/byte-source.ts'
import { fileFailure } from '#formats/file-error.ts'
import { isOnnx, readOnnx } from '#formats/onnx/reader.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { ok } from '#shared/basics/result.ts'
import { onnxKinds } from '#test/support/onnx-kinds/index.ts'
import { kindOnnx } from '#test/support/onnx-kinds/kind.ts'
import { variedOnnx } from '#test/support/onnx-models.ts'
import { field, modelOf } from '#test/unit/formats/onnx/model-bytes.ts'
import { tinyNetwork } from '#test/unit/engine/network/tiny-network.ts'
import { joined } from '../mutate-bytes.ts'
import { mutateProtobuf } from '../protobuf-parts.ts'
import type { FuzzedReader } from '../reader.ts'

const probeBytes = 16
const tiny = tinyNetwork()

/** A model of empty nodes, more than any network has. */
function manyNodes(count: number): Uint8Array {
  const nodes = new Uint8Array(2 * count).map((_, at) => (at % 2 === 0 ? 0x0a : 0))
  return joined(field(1, 8), field(7, nodes), field(8, field(2, 17)))
}

/** A model whose weights lie in another file. */
function withExternalData(location: string): Uint8Array {
  const place = { location, offset: '8', length: '24' }
  const entries = Object.entries(place).map(([key, value]) => field(13, [field(1, key), field(2, value)]))
  return modelOf([field(1, 2), field(1, 3), field(1, 1), field(1, 1), field(2, 1), ...entries, field(14, 1)])
}

const weightsBeside = new Uint8Array(40).fill(0x3f)

/** A file in a folder with one other file. */
function inFolder(bytes: Uint8Array): ByteSource {
  return {
    ...bytesSource(bytes, 'fuzzed'),
    beside: async (name) => {
      if (name !== 'weights.data') return fileFailure({ name }, 'not-found', 'the file does not exist', name)
      return ok({ ...bytesSource(weightsBeside, name), close: async () => undefined })
    },
  }
}

const [usualKind] = onnxKinds
const freeSize = usualKind === undefined ? [] : [kindOnnx({ ...usualKind, shape: ['batch', 3, 'height', 'width'] })]

/** ONNX graphs, from the bytes of protobuf to a network of the studio. */
export const onnx: FuzzedReader = {
  name: 'onnx',
  seeds: [
    networkOnnx(tiny, initialParameters(tiny, 1)),
    variedOnnx(24),
    withExternalData('weights.data'),
    ...onnxKinds.map(kindOnnx),
  ],
  mutate(valid, random) {
    let bytes = valid
    const edits = 1 + random.integer(2)
    for (let edit = 0; edit < edits; edit++) bytes = mutateProtobuf(bytes, random)
    return bytes
  },
  handmade: [
    new Uint8Array(),
    Uint8Array.of(0x08, 8),
    manyNodes(100_001),
    withExternalData('../weights.data'),
    withExternalData('lost.data'),
    ...freeSize,
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe', 'not-found', 'input-size-needed'],
  isRecognised: (bytes) => isOnnx(bytes.subarray(0, probeBytes)),
  read: (bytes) => readOnnx(inFolder(bytes)),
}
