/**
 * The names a pickle may ask for. What stands in `AllowedGlobal` is understood; what calls for code is refused at once;
 * everything else becomes an inert placeholder in a PyTorch checkpoint and is refused in a data set (docs/adr/0016).
 */
import { bytesOfDtype, type FileDtype } from '../file-tensor.ts'

/** Element types that tensors of PyTorch may have and no network of the studio: their bytes are known, not their values. */
const unreadTypeBytes = { complex32: 4, complex64: 8, complex128: 16, quint4x2: 1, quint2x4: 1 } as const

/** Element type of a storage. */
export type StorageDtype = FileDtype | keyof typeof unreadTypeBytes

export function elementBytes(dtype: StorageDtype): number {
  return isRead(dtype) ? bytesOfDtype[dtype] : unreadTypeBytes[dtype]
}

export function isRead(dtype: StorageDtype): dtype is FileDtype {
  return !Object.hasOwn(unreadTypeBytes, dtype)
}

const constructors = [
  'torch._utils._rebuild_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_tensor_v3',
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
  'torch._utils._rebuild_qtensor',
  'torch._utils._rebuild_sparse_tensor',
  'torch._tensor._rebuild_from_type_v2',
  'torch.serialization._get_layout',
  'torch.Size',
  'torch.device',
  'collections.OrderedDict',
  'collections.defaultdict',
  'collections.Counter',
] as const

/** Named as arguments of constructors, never called. */
const constants = [
  'torch.Tensor',
  'torch._tensor.Tensor',
  'torch.nn.parameter.Parameter',
  'torch.nn.parameter.Buffer',
  'torch.per_tensor_affine',
  'torch.per_channel_affine',
  'torch.sparse_coo',
  'torch.sparse_csr',
] as const

/** dtype of each storage class. Those of quantised tensors hold plain integers. */
const storageDtypes = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
  'torch.QInt8Storage': 'int8',
  'torch.QUInt8Storage': 'uint8',
  'torch.QInt32Storage': 'int32',
  'torch.QUInt4x2Storage': 'quint4x2',
  'torch.QUInt2x4Storage': 'quint2x4',
  'torch.ComplexHalfStorage': 'complex32',
  'torch.ComplexFloatStorage': 'complex64',
  'torch.ComplexDoubleStorage': 'complex128',
  // Counted in bytes; the tensor that looks at it says what they are.
  'torch.storage.UntypedStorage': 'uint8',
  'torch.UntypedStorage': 'uint8',
} as const satisfies Readonly<Record<string, StorageDtype>>

const torchDtypes = {
  'torch.float64': 'float64',
  'torch.float32': 'float32',
  'torch.float16': 'float16',
  'torch.bfloat16': 'bfloat16',
  'torch.int64': 'int64',
  'torch.int32': 'int32',
  'torch.int16': 'int16',
  'torch.int8': 'int8',
  'torch.uint64': 'uint64',
  'torch.uint32': 'uint32',
  'torch.uint16': 'uint16',
  'torch.uint8': 'uint8',
  'torch.bool': 'bool',
} as const satisfies Readonly<Record<string, FileDtype>>

const numpyNames = ['numpy.core.multiarray._reconstruct', 'numpy.ndarray', 'numpy.dtype'] as const

/** The complete list of names that mean something to the interpreter. */
export type AllowedGlobal =
  | (typeof constructors)[number]
  | (typeof constants)[number]
  | keyof typeof storageDtypes
  | keyof typeof torchDtypes
  | (typeof numpyNames)[number]

/** What a pickle is expected to hold: a state dict of torch tensors, or a data set of numpy arrays. */
export type PickleVocabulary = 'torch' | 'numpy'

const allowedGlobals: Readonly<Record<PickleVocabulary, ReadonlySet<string>>> = {
  torch: new Set([...constructors, ...constants, ...Object.keys(storageDtypes), ...Object.keys(torchDtypes)]),
  numpy: new Set(numpyNames),
}

export function isAllowedGlobal(name: string, vocabulary: PickleVocabulary): name is AllowedGlobal {
  return allowedGlobals[vocabulary].has(name)
}

/** Modules whose functions act on the machine. Posix and nt are what `os` is called in pickles. */
const actingModules = /^(os|posix|nt|subprocess|commands|popen2|pty|runpy|importlib|imp|ctypes|_ctypes|webbrowser)\./
/** Builtins that run text or open files; `getattr` is not among them, since enumerations are pickled by it. */
const actingBuiltins =
  /^(builtins|__builtin__)\.(eval|exec|execfile|compile|__import__|open|input|breakpoint|apply|globals|reload)$/

/** Whether no program that saves a network ever writes this name, because all it is good for is to act. */
export function isActingGlobal(name: string): boolean {
  return actingModules.test(name) || actingBuiltins.test(name)
}

/** Element type of a storage class; undefined for every other global. */
export function storageDtype(name: AllowedGlobal): StorageDtype | undefined {
  return name in storageDtypes ? storageDtypes[name as keyof typeof storageDtypes] : undefined
}

/** Element type that `torch.float32` and its like name; undefined for every other global. */
export function namedDtype(name: AllowedGlobal): FileDtype | undefined {
  return name in torchDtypes ? torchDtypes[name as keyof typeof torchDtypes] : undefined
}
