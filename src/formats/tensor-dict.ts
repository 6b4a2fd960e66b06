import type { FileTensor } from './file-tensor.ts'

/** Key of the dict that is the file itself, beside those that lie in it. */
export const topLevelKey = '.'

/** Named tensors that lie together in a file, one dict of perhaps several. Nothing is read before it is asked for. */
export interface TensorDict {
  /** The keys that lead to it, joined by dots; `topLevelKey` for the file itself. */
  readonly key: string
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** Entries that are none of the numbers the studio reads, by name: the class of each. */
  readonly unread: ReadonlyMap<string, string>
  /** Equal for two tensors of the same numbers in the same memory; undefined where that is not known. */
  identity(name: string): string | undefined
  /** Reads the named tensors. Throws `AppException` with any of the `file-*` codes. */
  load(names: readonly string[]): Promise<LoadedTensors>
}

export interface LoadedTensors {
  readonly tensors: ReadonlyMap<string, FileTensor>
  /** What was done to the numbers, a sentence each. */
  readonly notes: readonly string[]
}

/** All dicts of a file. */
export interface TensorDicts {
  readonly dicts: readonly TensorDict[]
  /** Classes of the Python objects beside them, which were not made. */
  readonly foreign: readonly string[]
}

/** The one dict of a file whose tensors are in memory. */
export function dictInMemory(tensors: ReadonlyMap<string, FileTensor>): TensorDict {
  return {
    key: topLevelKey,
    shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
    unread: new Map(),
    identity: () => undefined,
    load: (names) => {
      const wanted = names.flatMap((name) => {
        const tensor = tensors.get(name)
        return tensor === undefined ? [] : [[name, tensor] as const]
      })
      return Promise.resolve({ tensors: new Map(wanted), notes: [] })
    },
  }
}
