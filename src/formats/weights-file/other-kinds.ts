/** Files in which other programs keep networks: each is told the way in. Known by their content; a name decides the rest. */
import type { AppException } from '#shared/basics/result.ts'
import type { ByteSource } from '../byte-source.ts'
import { fileError } from '../file-error.ts'
import type { ZipArchive } from '../zip/zip.ts'

interface OtherKind {
  /** What it is, after "found". */
  readonly title: string
  readonly remedy: string
}

const tf2onnx = 'python -m tf2onnx.convert'
const zeros = 'torch.zeros(1, 3, 224, 224), with the height and width of its images'

const kinds = {
  keras: {
    title: 'a network of Keras',
    remedy:
      'Turn it into ONNX and import that: keras.models.load_model(FILE).export("network.onnx", format="onnx") in ' +
      `Python, or ${tf2onnx} --keras FILE --output network.onnx.`,
  },
  exportedProgram: {
    title: 'a program of torch.export',
    remedy:
      'Turn it into ONNX and import that: torch.onnx.export(torch.export.load(FILE).module(), (X,), "network.onnx") in ' +
      `Python, where X is ${zeros}.`,
  },
  torchScript: {
    title: 'a TorchScript program',
    remedy:
      'Load it in Python with torch.jit.load and save its state_dict() with torch.save, or turn it into ONNX: ' +
      `torch.onnx.export(torch.jit.load(FILE).eval(), X, "network.onnx"), where X is ${zeros}.`,
  },
  tensorflowLite: {
    title: 'a network of TensorFlow Lite',
    remedy: `Turn it into ONNX and import that: ${tf2onnx} --tflite FILE --output network.onnx.`,
  },
  tensorflowJs: {
    title: 'a network of TensorFlow.js',
    remedy: `Turn it into ONNX and import that: ${tf2onnx} --tfjs FILE --output network.onnx.`,
  },
  savedModel: {
    title: "a graph of TensorFlow's SavedModel",
    remedy: `Turn its folder into ONNX and import that: ${tf2onnx} --saved-model FOLDER --output network.onnx.`,
  },
  graphDef: {
    title: 'a frozen graph of TensorFlow',
    remedy: `Turn it into ONNX and import that: ${tf2onnx} --graphdef FILE --inputs NAME:0 --outputs NAME:0 --output network.onnx.`,
  },
  tensorflowCheckpoint: {
    title: 'a part of a TensorFlow checkpoint',
    remedy:
      `Turn the checkpoint into ONNX and import that: ${tf2onnx} --checkpoint NAME.meta --inputs NAME:0 --outputs NAME:0 ` +
      '--output network.onnx; a checkpoint of TensorFlow 2 is loaded in Python and saved as a SavedModel first.',
  },
  coreMl: {
    title: 'a network of Core ML',
    remedy: 'There is no way back from Core ML: export the network it was made from as ONNX, and import that.',
  },
  flax: {
    title: 'parameters of Flax in MessagePack',
    remedy:
      'Turn them into a NumPy archive and import that: np.savez("network.npz", **flax.traverse_util.flatten_dict(' +
      'flax.serialization.msgpack_restore(open(FILE, "rb").read()), sep="/")) in Python.',
  },
  languageModel: {
    title: 'a language model (GGUF or GGML)',
    remedy: 'The studio compresses convolutional networks that classify images.',
  },
  array: {
    title: 'a single NumPy array',
    remedy: 'Save all arrays of the network in one archive: np.savez("network.npz", **arrays).',
  },
  shards: {
    title: 'a list of the files over which the tensors are spread',
    remedy: 'Load them in Python and save all tensors in one .safetensors file.',
  },
  pointer: {
    title: 'a pointer of Git LFS in place of the file',
    remedy: 'Fetch the file itself: git lfs pull.',
  },
  page: {
    title: 'a web page',
    remedy: 'The download gave a page in place of the file: fetch the file itself.',
  },
  archive: {
    title: 'a packed archive',
    remedy: 'Unpack it first, and import the file of weights in it.',
  },
} as const satisfies Readonly<Record<string, OtherKind>>

type KindName = keyof typeof kinds

/** How files begin, a character a byte. */
const beginnings: readonly (readonly [string, KindName])[] = [
  ['\x89HDF\r\n\x1a\n', 'keras'],
  // saved_model_schema_version 1, then the graphs.
  ['\x08\x01\x12', 'savedModel'],
  ['model_checkpoint_path:', 'tensorflowCheckpoint'],
  ['GGUF', 'languageModel'],
  ['\x93NUMPY', 'array'],
  ['version https://git-lfs', 'pointer'],
  ['\x1f\x8b', 'archive'], // gzip
  ['BZh', 'archive'], // bzip2
  ['\xfd7zXZ', 'archive'],
  ['\x28\xb5\x2f\xfd', 'archive'], // zstd
  ['7z\xbc\xaf', 'archive'],
  ['Rar!', 'archive'],
]

/** What stands near the beginning of others. */
const patterns: readonly (readonly [RegExp, KindName])[] = [
  [/^[^]{4}TFL3/, 'tensorflowLite'],
  [/^[^]{257}ustar/, 'archive'],
  [/^\s*\{[^]*"(modelTopology|weightsManifest)"/, 'tensorflowJs'],
  [/^\s*\{[^]*"weight_map"/, 'shards'],
  [/^\s*<(!doctype html|html)/i, 'page'],
  // A map whose first key is a text.
  [/^[\x81-\x8f][\xa1-\xbf][ -~]/, 'flax'],
]

/** Endings, for files whose content says nothing. */
const endings: readonly (readonly [RegExp, KindName])[] = [
  [/\.(h5|hdf5|keras)$/i, 'keras'],
  [/\.pt2$/i, 'exportedProgram'],
  [/\.tflite$/i, 'tensorflowLite'],
  [/\.(mlmodel|mlpackage)$/i, 'coreMl'],
  [/\.(index|meta|data-\d+-of-\d+)$/i, 'tensorflowCheckpoint'],
  [/\.pb$/i, 'graphDef'],
  [/\.msgpack$/i, 'flax'],
]

/** Enough for the first names of a JSON file. */
const probeBytes = 4096

/** What to say of a file that is no weights file: what it is, where that can be seen, and the way in. */
export async function otherKindError(source: ByteSource): Promise<AppException> {
  const probe = await source.read(0, Math.min(probeBytes, source.size))
  const text = Buffer.from(probe).toString('latin1')
  const name =
    beginnings.find(([beginning]) => text.startsWith(beginning))?.[1] ??
    patterns.find(([pattern]) => pattern.test(text))?.[1] ??
    endings.find(([ending]) => ending.test(source.name))?.[1]
  if (name !== undefined) return errorOf(source, name, 'byte 0')
  const problem = 'expected a weights file (safetensors, torch.save or npz), found another kind of file'
  return fileError(source, 'file-unsupported', problem, 'byte 0')
}

/** The same for a zip archive, by its entries; undefined for one that may be a weights file. */
export function otherArchiveError(source: ByteSource, { entries }: ZipArchive): AppException | undefined {
  const names = [...entries.keys()]
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name))
  const at = 'zip directory'
  if (has(/^model\.weights\.h5$/) || (has(/^config\.json$/) && has(/\.h5$/))) return errorOf(source, 'keras', at)
  if (has(/(^|\/)(archive_format|serialized_exported_program\.json)$/)) return errorOf(source, 'exportedProgram', at)
  if (has(/^[^/]+\/(constants\.pkl|code\/)/) || has(/^[^/]+\/model\.json$/)) return errorOf(source, 'torchScript', at)
  if (has(/\.mlmodel$|^[^/]+\.mlpackage\//)) return errorOf(source, 'coreMl', at)
  return undefined
}

function errorOf(source: ByteSource, name: KindName, at: string): AppException {
  const { title, remedy } = kinds[name]
  return fileError(source, 'file-unsupported', `expected the weights of a network, found ${title}`, at, remedy)
}
