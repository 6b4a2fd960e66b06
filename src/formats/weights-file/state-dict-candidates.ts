/** What may be the network's state dict in a file: dicts of tensors, and known networks among the tensors of one. */
import { createHash } from 'node:crypto'
import { channelsLastNetwork, type ChannelsLastNetwork } from '#networks/channels-last.ts'
import { networkSubtrees, type ComparisonBudget } from '#networks/network-subtrees.ts'
import { isBookkeeping, type NamedShape } from '#networks/plain-names.ts'
import { foldedShapes, foldedTensors, type Fold } from './reparametrised.ts'
import { topLevelKey, type LoadedTensors, type TensorDict } from '../tensor-dict.ts'
import { withAxes } from './transposed.ts'

/** Tensors of a file that are, or may be, one network. */
export interface Candidate {
  /** Keys that lead to it, prefixes of names among them, joined by dots. */
  readonly key: string
  readonly dict: TensorDict
  /** What the names of its tensors begin with in its dict, without the dot. */
  readonly prefix: string
  /** In the order of the file, weights put together. */
  readonly tensors: readonly NamedShape[]
  readonly isNetwork: boolean
  /** Tensors of the dict that are none of its and compute something, by name. */
  readonly leftOut: readonly string[]
  readonly folds: ReadonlyMap<string, Fold>
  readonly channelsLast: ChannelsLastNetwork | undefined
}

/** The known networks of a dict, or the whole of it where it has none. */
export function candidatesOf(dict: TensorDict, budget: ComparisonBudget): readonly Candidate[] {
  const { shapes, folds } = foldedShapes(dict.shapes)
  const tensors = [...shapes].map(([name, shape]) => ({ name, shape }))
  const whole = {
    key: dict.key,
    dict,
    prefix: '',
    tensors,
    isNetwork: false,
    leftOut: [],
    folds,
    channelsLast: undefined,
  }
  const subtrees = networkSubtrees(tensors, budget)
  if (subtrees.length > 0) {
    return subtrees.map(({ prefix, tensors: part }) => {
      const key = [dict.key === topLevelKey ? '' : dict.key, prefix].filter((word) => word !== '').join('.')
      const leftOut = computing(tensors.filter((tensor) => !part.includes(tensor)))
      return { ...whole, key: key === '' ? topLevelKey : key, prefix, tensors: part, isNetwork: true, leftOut }
    })
  }
  const channelsLast = channelsLastNetwork(tensors, budget)
  if (channelsLast === undefined) return [whole]
  const part = tensors.filter(({ name }) => channelsLast.tensors.has(name))
  const leftOut = computing(tensors.filter(({ name }) => !channelsLast.tensors.has(name)))
  return [{ ...whole, tensors: part, isNetwork: true, leftOut, channelsLast }]
}

/** Reads the tensors of a candidate, weights put together and axes in PyTorch's order. */
export async function loadCandidate({ dict, tensors, folds, channelsLast }: Candidate): Promise<LoadedTensors> {
  const names = tensors.flatMap(({ name }) => folds.get(name)?.parts ?? [name])
  const loaded = await dict.load(names)
  const wanted = new Map([...folds].filter(([weight]) => tensors.some(({ name }) => name === weight)))
  const folded = foldedTensors(loaded.tensors, wanted)
  const arranged = channelsLast === undefined ? folded.tensors : withAxes(folded.tensors, channelsLast.tensors)
  const notes = [...loaded.notes, ...folded.notes, ...(channelsLast?.notes ?? [])]
  return { tensors: arranged, notes }
}

/** Equal for candidates of the same numbers under the same names; undefined where that is not known. */
export function contentOf({ dict, prefix, tensors, folds }: Candidate): string | undefined {
  const rows = tensors.flatMap(({ name }) => {
    const plain = prefix === '' ? name : name.slice(prefix.length + 1)
    return (folds.get(name)?.parts ?? [name]).map((part) => [plain, dict.identity(part)] as const)
  })
  if (rows.some(([, identity]) => identity === undefined)) return undefined
  const content = JSON.stringify(rows.toSorted(([left], [right]) => (left < right ? -1 : 1)))
  return createHash('sha256').update(content).digest('hex')
}

function computing(tensors: readonly NamedShape[]): readonly string[] {
  return tensors.filter((tensor) => !isBookkeeping(tensor)).map(({ name }) => name)
}
