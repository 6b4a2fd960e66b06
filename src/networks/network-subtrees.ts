/** Networks among the tensors of a training: those that share a prefix, beside losses, metrics and other networks. */
import { architectures } from './architectures.ts'
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

/** Every part of `tensors` that is a network of the zoo and shares a prefix; all of them, when they are one. */
export function networkSubtrees(tensors: readonly NamedShape[]): readonly NetworkSubtree[] {
  const sizes = parameterCounts()
  const isNetwork = (part: readonly NamedShape[]): boolean => {
    if (!sizes.has(part.filter((tensor) => !isBookkeeping(tensor)).length)) return false
    const match = matchArchitecture(part)
    return match.ok || match.error.code === 'architecture-ambiguous'
  }
  if (isNetwork(tensors)) return [{ prefix: '', tensors }]
  const found: NetworkSubtree[] = []
  const main = tensors.filter(({ name }) => !companions.test(name.split('.')[0] ?? ''))
  const hasPrefix = sharedPrefixes(main.filter((tensor) => !isBookkeeping(tensor)).map(({ name }) => name)).length > 1
  if (main.length < tensors.length && !hasPrefix && isNetwork(main)) found.push({ prefix: '', tensors: main })
  for (const [prefix, part] of parts(tensors)) {
    const isPartOfFound = found.some((other) => part.every((tensor) => other.tensors.includes(tensor)))
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

/** A match has exactly as many tensors as an architecture, so that all other parts need not be compared. */
function parameterCounts(): ReadonlySet<number> {
  return new Set(architectures.map(({ build }) => build(1).parameters.length))
}
