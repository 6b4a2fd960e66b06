/** Finds the dicts of tensors in a pickle: the state dict itself, or those that lie among other things of a training. */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { isForeign, isTensor } from '../pickle/tensors.ts'
import { isObject, type PickledTensor, type PickleValue } from '../pickle/values.ts'
import { topLevelKey } from '../tensor-dict.ts'

/** A dict of tensors by name, where it lies, and what stands under other names in it that no reader understands. */
export interface PickledStateDict {
  readonly key: string
  readonly tensors: ReadonlyMap<string, PickledTensor>
  readonly unread: ReadonlyMap<string, string>
}

/** Scripts nest one or two deep; PyTorch Lightning's loops four. */
const MAX_DEPTH = 8
/** Entries looked at, so that dicts that hold each other many times over end soon. */
const MAX_ENTRIES = 1_000_000

/**
 * Every dict that holds tensors under names, the outermost first. Left out is the state of an optimiser, which has the
 * shapes of the weights. Throws `file-unsupported` when there is none, `file-unsafe` when what may hold one is a Python
 * object.
 */
export function findStateDicts(
  file: NamedFile,
  root: PickleValue,
  foreign: ReadonlySet<string>,
): readonly PickledStateDict[] {
  const { found, unread } = new DictSearch(file).search(root)
  if (found.length > 0) return found
  const at = 'root of the pickle'
  const numbers = unread.find(([, type]) => isTensorType(type))
  if (numbers !== undefined) throw unreadError(file, ...numbers)
  if (foreign.size > 0) {
    const isWhole = isForeign(root)
    const names = (isWhole ? [root.name] : [...foreign].slice(0, 5)).map(quoted).join(', ')
    const problem = isWhole
      ? `expected a state dict, found a whole Python object ${names}, which only its own code could open`
      : `expected a state dict, found tensors in none of its dicts; its Python objects ${names} were not opened`
    throw fileError(file, 'file-unsafe', problem, at, pickledRemedy)
  }
  const what = isObject(root) ? `a ${root.kind} without tensors` : 'a single value'
  const problem = `expected a state dict, or a dict with one in it; found ${what}`
  throw fileError(file, 'file-unsupported', problem, at, stateDictRemedy)
}

const stateDictRemedy = 'Save the state dict of the network: torch.save(network.state_dict(), path), or safetensors.'
const pickledRemedy =
  'Nothing was executed. If you trust the file, load it in Python and save only its state dict: ' +
  'torch.save(network.state_dict(), path), or safetensors.'

/** A tensor whose numbers are not read, or a Python object that stands where a tensor is needed. */
export function unreadError(file: NamedFile, name: string, type: string) {
  const at = `tensor ${quoted(name)}`
  if (isTensorType(type)) {
    const remedy = 'Save it as a dense tensor of floats, on the processor: tensor.to("cpu", torch.float32).'
    const found = type.startsWith('torch._utils._rebuild_meta')
      ? 'a tensor without any, of the device meta'
      : quoted(type)
    return fileError(file, 'file-unsupported', `${at}: expected numbers, found ${found}`, at, remedy)
  }
  const problem = `${at}: expected a tensor, found the Python object ${quoted(type)}, which could run code`
  return fileError(file, 'file-unsafe', problem, at, pickledRemedy)
}

/** Whether a foreign object is one of PyTorch's own tensors, which have no code of their own. */
function isTensorType(type: string): boolean {
  return /^(torch\.(complex|quint|float8|_utils\._rebuild)|a sparse tensor)/.test(type)
}

interface SearchResult {
  readonly found: readonly PickledStateDict[]
  /** Foreign objects under names, whether tensors stand beside them or not. */
  readonly unread: readonly (readonly [name: string, type: string])[]
}

/** Names and paths of keys beyond this are none of a network. */
const MAX_NAME_LENGTH = 1000
/** Of tensors in all dicts together, and of dicts that hold some: beyond any training, and quick to compare. */
const MAX_TENSORS = 100_000
const MAX_DICTS = 1000
/** Of one dict; the first is what an error names. */
const MAX_UNREAD = 100

class DictSearch {
  readonly #found: PickledStateDict[] = []
  readonly #unread: (readonly [string, string])[] = []
  readonly #seen = new Set<PickleValue>()
  readonly #file: NamedFile
  #entries = 0
  #tensors = 0

  constructor(file: NamedFile) {
    this.#file = file
  }

  search(root: PickleValue): SearchResult {
    // Breadth first: a dict that is reached in two ways has the shorter path.
    let level: readonly (readonly [path: readonly string[], value: PickleValue])[] = [[[], root]]
    for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
      level = level.flatMap(([path, value]) => this.#visit(path, value))
    }
    return { found: this.#found, unread: this.#unread }
  }

  /** Notes a dict of tensors; returns what lies in a container. */
  #visit(path: readonly string[], value: PickleValue): (readonly [readonly string[], PickleValue])[] {
    if (!isObject(value) || this.#seen.has(value)) return []
    this.#seen.add(value)
    if (value.kind === 'list' || value.kind === 'tuple') {
      return this.#inner(path, containersOf(value.items.entries()))
    }
    if (value.kind !== 'dict' || isOptimiserState(value.entries)) return []
    const named = [...value.entries].filter((entry): entry is [string, PickleValue] => {
      return typeof entry[0] === 'string' && entry[0].length <= MAX_NAME_LENGTH
    })
    const tensors = named.filter((entry): entry is [string, PickledTensor] => isTensor(entry[1]))
    const unread = named.flatMap(([name, item]) => (isForeign(item) ? [[name, item.name] as const] : []))
    this.#unread.push(...unread.slice(0, MAX_UNREAD))
    const pathLength = path.reduce((length, part) => length + part.length + 1, 0)
    if (tensors.length > 0 && pathLength <= MAX_NAME_LENGTH) {
      this.#assertFew(tensors.length)
      const key = path.length === 0 ? topLevelKey : path.join('.')
      this.#found.push({ key, tensors: new Map(tensors), unread: new Map(unread) })
    }
    return this.#inner(path, containersOf(named))
  }

  #assertFew(tensors: number): void {
    this.#tensors += tensors
    if (this.#tensors <= MAX_TENSORS && this.#found.length < MAX_DICTS) return
    const problem = `expected at most ${MAX_TENSORS} tensors in ${MAX_DICTS} dicts, found more`
    throw fileError(this.#file, 'file-unsafe', problem, 'root of the pickle')
  }

  #inner(
    path: readonly string[],
    containers: Iterable<readonly [string | number, PickleValue]>,
  ): (readonly [readonly string[], PickleValue])[] {
    const inner = [...containers]
    this.#entries += inner.length
    return this.#entries > MAX_ENTRIES ? [] : inner.map(([name, item]) => [[...path, String(name)], item])
  }
}

/** What may hold dicts. Lists may have millions of other items, for which nothing is made. */
function* containersOf<K>(entries: Iterable<readonly [K, PickleValue]>): Generator<readonly [K, PickleValue]> {
  for (const entry of entries) {
    const [, value] = entry
    if (isObject(value) && (value.kind === 'dict' || value.kind === 'list' || value.kind === 'tuple')) yield entry
  }
}

/** As torch.optim.Optimizer.state_dict() gives it. */
function isOptimiserState(entries: ReadonlyMap<PickleValue, PickleValue>): boolean {
  return entries.has('state') && entries.has('param_groups')
}
