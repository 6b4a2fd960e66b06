import type { NamedFile } from '../file-error.ts'
import type { PickleReferences } from '../pickle/machine.ts'
import type { StorageReference } from '../pickle/values.ts'
import type { TensorDict, TensorDicts } from '../tensor-dict.ts'
import type { PickledStateDict } from './state-dicts.ts'
import { materialise, storagesOf } from './tensor-values.ts'

/**
 * The dicts of a pickle, whose storages are read when a dict is.
 * @param readStorage gives the bytes of a storage, as many as it announces
 */
export function lazyDicts(
  file: NamedFile,
  found: readonly PickledStateDict[],
  { foreign }: PickleReferences,
  readStorage: (storage: StorageReference) => Promise<Uint8Array>,
): TensorDicts {
  return { dicts: found.map((dict) => lazyDict(file, dict, readStorage)), foreign: [...foreign] }
}

function lazyDict(
  file: NamedFile,
  { key, tensors, unread }: PickledStateDict,
  readStorage: (storage: StorageReference) => Promise<Uint8Array>,
): TensorDict {
  return {
    key,
    unread,
    shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
    identity: (name) => JSON.stringify(tensors.get(name)),
    load: async (names) => {
      const wanted = names.flatMap((name) => {
        const tensor = tensors.get(name)
        return tensor === undefined ? [] : [[name, tensor] as const]
      })
      const storages = new Map<string, Uint8Array>()
      for (const storage of wanted.flatMap(([, tensor]) => storagesOf(tensor))) {
        if (!storages.has(storage.key)) storages.set(storage.key, await readStorage(storage))
      }
      return materialise(file, new Map(wanted), storages)
    },
  }
}
