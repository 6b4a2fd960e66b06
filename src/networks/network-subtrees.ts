/** Networks among the tensors of a training: those that share a prefix, beside losses, metrics and other networks. */
import { architectures, type Architecture } from './architectures.ts'
import { matchArchitecture } from './matching.ts'
import { isBookkeeping, sharedPrefixes, type NamedShape } from './plain-names.ts'

/** The tensors of a known network. */
export interface NetworkSubtree {
  /** What all their names begin with, without the dot at its end; empty for tensors at the top. */
  readonly prefix: string
  /** In the order of the file, bookkeeping among them. */
  readonly tensors: readonly NamedShape[]
}

/** Modules of a training program that stand beside a network whose tensors have no prefix of their own. */
const companions =
  /^(criterion|loss|loss_fn|teacher|ema|ema_model|model_ema|metrics?|(train|val|valid|test)_?(acc|accuracy|metrics?|loss))$/

/** A name deeper than this is none of the zoo's; prefixes are tried up to here. */
const mostParts = 12
/** More tensors than any training program keeps beside each other; their parts are not looked into. */
const mostTensors = 10_000

/** How many more parts of a file are compared to architectures: a hostile one could have thousands. */
export interface ComparisonBudget {
  remaining: number
}

/** Twenty networks beside each other would be many. */
export function comparisonBudget(): ComparisonBudget {
  return { remaining: 64 }
}

/** Whether these are exactly the tensors of an architecture of the zoo, or of several. */
export function isKnownNetwork(tensors: readonly NamedShape[], budget: ComparisonBudget): boolean {
  // A match has exactly as many tensors as the architecture, so that most need not be compared.
  const candidates = architecturesOfSize(tensors.filter((tensor) => !isBookkeeping(tensor)).length)
  if (candidates.length === 0 || budget.remaining <= 0) return false
  budget.remaining -= 1
  const match = matchArchitecture(tensors, candidates)
  return match.ok || match.error.code === 'architecture-ambiguous'
}

/** Every part of `tensors` that is a network of the zoo and shares a prefix; all of them, when they are one. */
export function networkSubtrees(tensors: readonly NamedShape[], budget: ComparisonBudget): readonly NetworkSubtree[] {
  const isNetwork = (part: readonly NamedShape[]): boolean => isKnownNetwork(part, budget)
  if (isNetwork(tensors)) return [{ prefix: '', tensors }]
  if (tensors.length > mostTensors) return []
  const found: NetworkSubtree[] = []
  const main = tensors.filter(({ name }) => !companions.test(name.split('.')[0] ?? ''))
  const hasPrefix = sharedPrefixes(main.filter((tensor) => !isBookkeeping(tensor)).map(({ name }) => name)).length > 1
  if (main.length < tensors.length && !hasPrefix && isNetwork(main)) found.push({ prefix: '', tensors: main })
  for (const [prefix, part] of parts(tensors)) {
    // Shorter prefixes come first: the whole of a part that was found is a part of it.
    const isPartOfFound = found.some((other) => other.prefix !== '' && prefix.startsWith(`${other.prefix}.`))
    if (!isPartOfFound && part.length < tensors.length && isNetwork(part)) found.push({ prefix, tensors: part })
  }
  return found
}

/** Tensors by shared prefix, shorter prefixes first. */
function parts(tensors: readonly NamedShape[]): ReadonlyMap<string, readonly NamedShape[]> {
  const byPrefix = new Map<string, NamedShape[]>()
  for (let depth = 1; depth < mostParts; depth++) {
    for (const tensor of tensors) {
      const path = tensor.name.split('.')
      if (path.length <= depth) continue
      const prefix = path.slice(0, depth).join('.')
      const part = byPrefix.get(prefix)
      if (part === undefined) byPrefix.set(prefix, [tensor])
      else part.push(tensor)
    }
  }
  return byPrefix
}

const bySize = new Map<number, readonly Architecture[]>()

/** Those with so many parameters. */
export function architecturesOfSize(size: number): readonly Architecture[] {
  if (bySize.size === 0) {
    const sized = architectures.map((architecture) => [architecture.build(1).parameters.length, architecture] as const)
    for (const [count, architecture] of sized) bySize.set(count, [...(bySize.get(count) ?? []), architecture])
  }
  return bySize.get(size) ?? []
}
