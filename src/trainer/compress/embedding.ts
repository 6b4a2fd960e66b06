import { fourierEmbedding, type Embedding } from '#engine/nern/positional-embedding.ts'
import type { CompressConfig } from '#shared/experiment-config.ts'
import type { PackagedEmbedding } from '#shared/package-description.ts'

/** The embedding of a configuration as a package describes it. */
export function packagedEmbedding({ type, base, levels }: CompressConfig['embedding']): PackagedEmbedding {
  return type === 'fourier' ? { type, levels, seed: 0 } : { type, base, levels, fusion: 'concat' }
}

/** The same embedding as the engine computes it. */
export function embeddingOf(embedding: PackagedEmbedding): Embedding {
  return embedding.type === 'fourier' ? fourierEmbedding(embedding.levels, embedding.seed) : embedding
}
