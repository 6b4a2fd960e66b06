/** Files of other programs are told the way in, whatever they are called. */
import { expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { writeZip } from '#formats/zip/writer.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const archive = (...names: readonly string[]): Uint8Array => writeZip(names.map((name) => [name, bytes('{}')]))
const padded = (text: string): Uint8Array => bytes(text.padEnd(600, '\0'))

it.each<[string, string, Uint8Array, RegExp, RegExp]>([
  ['Keras', 'weights.h5', padded('\x89HDF\r\n\x1a\n'), /a network of Keras/, /tf2onnx\.convert --keras/],
  [
    'Keras 3',
    'network.keras',
    archive('metadata.json', 'config.json', 'model.weights.h5'),
    /a network of Keras/,
    /export\("network\.onnx", format="onnx"\)/,
  ],
  [
    'torch.export',
    'network.pt2',
    archive('network/archive_format', 'network/models/model.json', 'network/data/weights/weight_0'),
    /a program of torch\.export/,
    /torch\.onnx\.export\(torch\.export\.load/,
  ],
  [
    'torch.export of PyTorch 2.1',
    'network.pt2',
    archive('serialized_exported_program.json', 'serialized_state_dict.pt', 'version'),
    /a program of torch\.export/,
    /torch\.onnx\.export/,
  ],
  [
    'TorchScript',
    'network.pt',
    archive('network/data.pkl', 'network/code/network.py', 'network/constants.pkl'),
    /a TorchScript program/,
    /torch\.jit\.load/,
  ],
  ['TensorFlow Lite', 'network.bin', padded('\x1c\0\0\0TFL3'), /TensorFlow Lite/, /--tflite/],
  [
    'TensorFlow.js',
    'model.json',
    bytes('{"format": "layers-model", "modelTopology": {}, "weightsManifest": []}'),
    /TensorFlow\.js/,
    /--tfjs/,
  ],
  ['SavedModel', 'saved_model.pb', padded('\x08\x01\x12\x20'), /SavedModel/, /--saved-model/],
  ['a frozen graph', 'frozen.pb', padded('\x0a\x20\x0a\x05input'), /frozen graph/, /--graphdef/],
  ['a checkpoint of TensorFlow', 'model.ckpt.data-00000-of-00001', padded('\0\0'), /TensorFlow/, /--checkpoint/],
  ['a list of checkpoints', 'checkpoint', bytes('model_checkpoint_path: "model.ckpt-1"'), /TensorFlow/, /--checkpoint/],
  ['Core ML', 'network.mlmodel', padded('\x08\x01\x1a\x20'), /Core ML/, /ONNX/],
  ['Core ML in a package', 'network.zip', archive('a.mlpackage/Manifest.json'), /Core ML/, /ONNX/],
  ['Flax', 'flax_model.msgpack', bytes('\x82\xa6params\x81\xa5conv1\x80'), /MessagePack/, /np\.savez/],
  ['a language model', 'weights.bin', padded('GGUF\x03'), /language model/, /convolutional/],
  ['a single array', 'weight.npy', padded('\x93NUMPY\x01\0'), /single NumPy array/, /np\.savez/],
  ['a list of shards', 'index.json', bytes('{"metadata": {}, "weight_map": {}}'), /spread/, /one \.safetensors/],
  ['a pointer', 'network.pth', bytes('version https://git-lfs.github.com/spec/v1\n'), /Git LFS/, /git lfs pull/],
  ['a web page', 'network.pth', bytes('<!DOCTYPE html><html></html>'), /a web page/, /fetch the file itself/],
  ['a packed file', 'network.pth.gz', padded('\x1f\x8b\x08'), /packed archive/, /Unpack/],
  ['a tar archive', 'network.tar', bytes(`${'a'.padEnd(257, '\0')}ustar`), /packed archive/, /Unpack/],
])('%s', async (_, name, content, found, remedy) => {
  expect(await readWeightsFile(bytesSource(content, name))).toMatchObject({
    ok: false,
    error: {
      code: 'file-unsupported',
      message: expect.stringMatching(found),
      where: expect.stringContaining(name),
      remedy: expect.stringMatching(remedy),
    },
  })
})

it('no file that is none of these is told to be one', async () => {
  const answer = await readWeightsFile(bytesSource(bytes('hello, world'), 'notes.txt'))
  expect(answer).toMatchObject({ ok: false, error: { message: expect.stringContaining('another kind of file') } })
})
