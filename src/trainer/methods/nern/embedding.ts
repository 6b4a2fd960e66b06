import { fourierEmbedding, type Embedding } from '#engine/methods/nern/positional-embedding.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { seesCoordinates } from '#shared/methods/nern/partition.ts'
import { coordinateSizes, storesTables } from '#shared/methods/nern/first-layer.ts'
import type { PackagedEmbedding } from '#shared/package/package-description.ts'
import type { ShapedLayer } from '#shared/tensors/represented-shape.ts'

/** What the predictor of a configuration sees, as a package describes it. */
export function packagedEmbedding({ embedding, predictor: { partition } }: CompressConfig): PackagedEmbedding {
  if (!seesCoordinates(partition)) return { type: 'seeded', numbers: partition.numbers, seed: 0 }
  const { type, base, levels } = embedding
  return type === 'fourier' ? { type, levels, seed: 0 } : { type, base, levels, fusion: 'concat' }
}

/** What the first layer of the stored predictor multiplies, which may be another than it was fitted with. */
export function storedEmbedding(config: CompressConfig, layers: readonly ShapedLayer[]): PackagedEmbedding {
  return storesTables(config, layers) ? { type: 'one-hot' } : packagedEmbedding(config)
}

/** The same embedding as the engine computes it, for these represented layers. */
export function embeddingOf(embedding: PackagedEmbedding, layers: readonly ShapedLayer[]): Embedding {
  if (embedding.type === 'one-hot') return { type: 'one-hot', sizes: coordinateSizes(layers) }
  return embedding.type === 'fourier' ? fourierEmbedding(embedding.levels, embedding.seed) : embedding
}
