/** Layers of a compression by coded kernels that are treated otherwise than the rest, as people write them. */
import { formatFirst } from '../../basics/format.ts'
import { nearNames } from '../../basics/near-names.ts'
import { fail, ok, type AppError, type Result } from '../../basics/result.ts'
import type { NetworkShape } from '../../package/accounting.ts'

/** `exact`: the weights stay as they are, to the bit. `finer` and `coarser`: with smaller and larger steps than the rest. */
export const layerPrecisionNames = ['exact', 'finer', 'coarser'] as const
export type LayerPrecision = (typeof layerPrecisionNames)[number]

/** By the name of a weight; a layer that is not in it is treated as the rest. */
export type LayerPrecisions = Readonly<Record<string, LayerPrecision>>

/** Names of the weights that can be coded: of all convolutions, and of linear layers. */
export function codableLayers({ representedLayers, remainder }: NetworkShape): readonly string[] {
  const kernelRank = 4
  return [
    ...representedLayers.map(({ name }) => name),
    ...remainder.flatMap(({ name, shape, linearShape }) =>
      shape.length === kernelRank || linearShape !== undefined ? [name] : [],
    ),
  ]
}

/**
 * Reads `conv1.weight exact, layer3.* finer`: a name or a pattern, in which `*` stands for any characters, and a word; the
 * next one after a comma or on a new line. Of several that fit a layer, the last one counts. Errors: `invalid-config` for
 * a name that no layer has, a pattern that fits none, and a word that is none.
 * @param names of the weights there are
 */
export function layerPrecisions(text: string, names: readonly string[]): Result<LayerPrecisions> {
  const precisions = new Map<string, LayerPrecision>()
  for (const entry of entriesOf(text)) {
    // Names of ONNX graphs may contain blanks: only the last word is the precision.
    const words = entry.split(/\s+/)
    const word = words.pop()
    const pattern = words.join(' ')
    const precision = layerPrecisionNames.find((known) => known === word)
    if (pattern === '' || precision === undefined) return fail(wrongWord(entry))
    const fitting = names.filter(matcherOf(pattern))
    if (fitting.length === 0) return fail(noLayer(pattern, names))
    for (const name of fitting) precisions.set(name, precision)
  }
  return ok(Object.fromEntries(precisions))
}

/** The text that `layerPrecisions` reads as `precisions`: an entry for each layer, in the order of `names`. */
export function formatLayerPrecisions(precisions: LayerPrecisions, names: readonly string[]): string {
  return names
    .flatMap((name) => {
      const precision = Object.hasOwn(precisions, name) ? precisions[name] : undefined
      return precision === undefined ? [] : [`${name} ${precision}`]
    })
    .join(', ')
}

function entriesOf(text: string): readonly string[] {
  return text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** Compares piece by piece: an expression made of what somebody typed could take for ever. */
function matcherOf(pattern: string): (name: string) => boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return (name) => name === first
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
    let rest = name.slice(first.length, name.length - last.length)
    for (const piece of others) {
      const at = rest.indexOf(piece)
      if (at < 0) return false
      rest = rest.slice(at + piece.length)
    }
    return true
  }
}

function wrongWord(entry: string): AppError {
  return {
    code: 'invalid-config',
    message: `“${entry}” does not say how a layer is stored.`,
    where: 'layers',
    remedy: `Write the name of a weight, a blank, and one of ${layerPrecisionNames.join(', ')}, such as conv1.weight exact.`,
  }
}

function noLayer(pattern: string, names: readonly string[]): AppError {
  const near = nearNames(pattern.replaceAll('*', ''), names)
  return {
    code: 'invalid-config',
    message: pattern.includes('*')
      ? `No layer of the network fits the pattern ${pattern}.`
      : `The network has no layer ${pattern}.`,
    where: 'layers',
    remedy: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Its layers are ${formatFirst(names, 3)}.`,
  }
}
