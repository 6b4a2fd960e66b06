/** Names of tensors without what training programs put around a network, and the tensors that are no part of one. */
import { sizeOf } from '#shared/tensors/host-tensor.ts'

export interface NamedShape {
  readonly name: string
  readonly shape: readonly number[]
}

/** Parts of a path that data-parallel training, torch.compile, sharding and activation checkpointing put in anywhere. */
const wrappers: ReadonlySet<string> = new Set([
  'module',
  '_orig_mod',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
])

export function withoutWrappers(name: string): string {
  return name
    .split('.')
    .filter((part) => !wrappers.has(part))
    .join('.')
}

/** Wrappers in `name`, in their order. */
export function wrappersIn(name: string): readonly string[] {
  return name.split('.').filter((part) => wrappers.has(part))
}

/** The one table of tensors that count or watch and never compute. `in`: where in a name the pattern is looked for. */
const bookkeeping: readonly { readonly pattern: RegExp; readonly isScalar?: boolean }[] = [
  { pattern: /(^|\.)num_batches_tracked$/ },
  // The profiler thop.
  { pattern: /(^|\.)total_(ops|params)$/ },
  // Averages of weights: torch.optim.swa_utils and copies of it.
  { pattern: /(^|\.)(n_averaged|num_updates|decay)$/, isScalar: true },
  // Observers of a training for quantisation.
  { pattern: /(^|\.)(activation_post_process|weight_fake_quant)(\.|$|_)/ },
]

/** Whether a tensor is no part of a network's mathematics; empty ones never are. */
export function isBookkeeping({ name, shape }: NamedShape): boolean {
  if (shape.includes(0)) return true
  return bookkeeping.some(({ pattern, isScalar = false }) => pattern.test(name) && (!isScalar || sizeOf(shape) === 1))
}

/** Says which bookkeeping was ignored, unless it is the counters that every batch norm of PyTorch has. */
export function bookkeepingNote(tensors: readonly NamedShape[]): readonly string[] {
  const last = ({ name }: NamedShape): string => name.slice(name.lastIndexOf('.') + 1)
  const unusual = tensors.filter((tensor) => last(tensor) !== 'num_batches_tracked')
  const names = [...new Set(unusual.map(last))]
  if (names.length === 0) return []
  const shown = names.slice(0, 5).join(', ')
  return [`Tensors that compute nothing were ignored: ${unusual.length} (${shown}${names.length > 5 ? ', …' : ''}).`]
}

/** Deeper than any training program nests a network. */
const mostPrefixes = 12

/** Every prefix that all of `names` have, up to twelve, shortest first; each ends with a dot, but the first, which is empty. */
export function sharedPrefixes(names: readonly string[]): readonly string[] {
  const [first = '', ...others] = names
  const prefixes = ['']
  let prefix = ''
  for (const part of first.split('.').slice(0, -1).slice(0, mostPrefixes)) {
    prefix += `${part}.`
    if (!others.every((name) => name.startsWith(prefix))) break
    prefixes.push(prefix)
  }
  return prefixes
}
