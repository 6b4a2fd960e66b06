import { fourierEmbedding, type Embedding } from '#engine/methods/nern/positional-embedding.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { coordinateSizes, storesTables } from '#shared/methods/nern/first-layer.ts'
import type { PackagedEmbedding } from '#shared/package/package-description.ts'
import type { ShapedLayer } from '#shared/tensors/represented-shape.ts'

/** The embedding of a configuration as a package describes it. */
export function packagedEmbedding({ type, base, levels }: CompressConfig['embedding']): PackagedEmbedding {
  return type === 'fourier' ? { type, levels, seed: 0 } : { type, base, levels, fusion: 'concat' }
}

/** What the first layer of the stored predictor multiplies, which may be another than it was fitted with. */
export function storedEmbedding(config: CompressConfig, layers: readonly ShapedLayer[]): PackagedEmbedding {
  return storesTables(config, layers) ? { type: 'one-hot' } : packagedEmbedding(config.embedding)
}

/** The same embedding as the engine computes it, for these represented layers. */
export function embeddingOf(embedding: PackagedEmbedding, layers: readonly ShapedLayer[]): Embedding {
  if (embedding.type === 'one-hot') return { type: 'one-hot', sizes: coordinateSizes(layers) }
  return embedding.type === 'fourier' ? fourierEmbedding(embedding.levels, embedding.seed) : embedding
}
