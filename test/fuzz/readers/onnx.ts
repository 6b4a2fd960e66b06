import { networkOnnx } from '#engine/network-onnx.ts'
import { bytesSource } from '#formats/byte-source.ts'
import { isOnnx, readOnnx } from '#formats/onnx/reader.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { variedOnnx } from '#test/support/onnx-models.ts'
import { tinyNetwork } from '#test/unit/engine/network/tiny-network.ts'
import { joined } from '../mutate-bytes.ts'
import { mutateProtobuf } from '../protobuf-parts.ts'
import type { FuzzedReader } from '../reader.ts'

const probeBytes = 16
const tiny = tinyNetwork()

/** A model of empty nodes, more than any network has: version 8, then the graph with its length in three bytes. */
function manyNodes(count: number): Uint8Array {
  const nodes = new Uint8Array(2 * count).map((_, at) => (at % 2 === 0 ? 0x0a : 0))
  const length = nodes.byteLength
  const graph = Uint8Array.of(0x3a, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14)
  return joined(Uint8Array.of(0x08, 8), graph, nodes)
}

/** ONNX graphs, from the bytes of protobuf to a network of the studio. */
export const onnx: FuzzedReader = {
  name: 'onnx',
  seeds: [networkOnnx(tiny, initialParameters(tiny, 1)), variedOnnx(24)],
  mutate(valid, random) {
    let bytes = valid
    const edits = 1 + random.integer(2)
    for (let edit = 0; edit < edits; edit++) bytes = mutateProtobuf(bytes, random)
    return bytes
  },
  handmade: [new Uint8Array(), Uint8Array.of(0x08, 8), manyNodes(100_001)],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised: (bytes) => isOnnx(bytes.subarray(0, probeBytes)),
  read: (bytes) => readOnnx(bytesSource(bytes, 'fuzzed')),
}
