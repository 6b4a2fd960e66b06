/** What each version of the package added: a writer says the lowest version that has all it needs, a reader holds it to that. */
import type { PackageDescription, PredictorEntry } from '#shared/package/package-description.ts'
import { isLinearShape } from '#shared/tensors/represented-shape.ts'

export interface Addition {
  /** The first version that has it. */
  readonly version: PackageDescription['version']
  /** For people, e.g. `a sparse tensor`. */
  readonly what: string
  /** Of the layer or tensor that needs it, where it is one. */
  readonly name?: string
}

/** All that a package has beyond version 1, the first tensor of each kind. */
export function additionsOf(
  description: Pick<PackageDescription, 'layers' | 'embedding' | 'kept'> & {
    readonly predictor: Pick<PackageDescription['predictor'], 'tensors' | 'parts'>
  },
): readonly Addition[] {
  const { layers, embedding, predictor, kept } = description
  const sparse = predictor.tensors.find(({ kind }) => kind === 'sparse')
  const linear = layers.find(({ shape }) => isLinearShape(shape))
  const integers = kept.find(({ kind }) => kind === 'integer')
  const tiled = layers.find((layer) => layer.tiled)
  const coded = [...predictor.tensors, ...kept].find(hasCodedHalves)
  return [
    ...(sparse === undefined ? [] : [{ version: 2, what: 'a sparse tensor', name: sparse.name } as const]),
    ...(linear === undefined ? [] : [{ version: 3, what: 'a represented linear layer', name: linear.name } as const]),
    ...(embedding.type === 'one-hot' ? [{ version: 3, what: 'a one-hot embedding' } as const] : []),
    ...(integers === undefined
      ? []
      : [{ version: 3, what: 'a kept tensor of integers', name: integers.name } as const]),
    ...(coded === undefined ? [] : [{ version: 4, what: 'coded halves', name: coded.name } as const]),
    ...(tiled === undefined ? [] : [{ version: 5, what: 'a layer of tiles', name: tiled.name } as const]),
    ...(predictor.parts === undefined ? [] : [{ version: 5, what: 'a partitioned predictor' } as const]),
    ...(embedding.type === 'seeded' ? [{ version: 5, what: 'seeded inputs' } as const] : []),
  ]
}

function hasCodedHalves(entry: PredictorEntry): boolean {
  const values = entry.kind === 'sparse' ? entry.values : entry
  return values.kind === 'float16' && values.bytes !== undefined
}
