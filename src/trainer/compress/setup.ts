/** Everything a compress run derives from its configuration and network before the first step. */
import { createOptimizer } from '#engine/nern/optimizers/create-optimizer.ts'
import type { Optimizer } from '#engine/nern/optimizers/optimizer.ts'
<<<<<<< HEAD
import { permuteNetwork } from '#engine/nern/permutation/network-permutation.ts'
import type { LayerPermutation } from '#engine/nern/permutation/layer-permutation.ts'
=======
import { fourierEmbedding, type Embedding } from '#engine/nern/positional-embedding.ts'
>>>>>>> f93a833 (Keep permutations with their networks)
import { hiddenMatrices } from '#engine/nern/predictor.ts'
import { quantisationPlan, type QuantisationPlan } from '#engine/nern/quantization/fake-quantization.ts'
import {
  createRepresentation,
  kernelTargets,
  type KernelTargets,
  type Representation,
} from '#engine/nern/representation.ts'
import { kernelTable } from '#engine/nern/coordinates.ts'
import type { CompressConfig, OptimizerConfig } from '#shared/experiment-config.ts'
import type { JobContext } from '../job-context.ts'
import type { LoadedNetwork } from '../network-file.ts'
<<<<<<< HEAD
import { embeddingOf, packagedEmbedding } from './embedding.ts'
=======
import { findPermutations, type FoundPermutations } from './find-permutations.ts'
>>>>>>> f93a833 (Keep permutations with their networks)

export interface CompressSetup {
  readonly representation: Representation
  readonly targets: KernelTargets
<<<<<<< HEAD
  readonly permutations: readonly LayerPermutation[]
  readonly permutationSeconds: number
  /** What is stored as integers; empty for a predictor of floats. */
  readonly quantisation: QuantisationPlan
=======
  readonly permutation: FoundPermutations
>>>>>>> f93a833 (Keep permutations with their networks)
  optimizer(config: OptimizerConfig): Optimizer
}

export async function setUp(
  config: CompressConfig,
  { network, parameters }: LoadedNetwork,
  keptPermutation: string | undefined,
  context: JobContext,
): Promise<CompressSetup> {
  const table = kernelTable(network.representedLayers)
  const permutation = await findPermutations(config.permutation, table, parameters, keptPermutation, context)
  const { hiddenSize, blocks } = config.predictor
  const representation = createRepresentation({
    representedLayers: network.representedLayers,
    embedding: embeddingOf(packagedEmbedding(config.embedding)),
    hiddenSize,
    blocks,
    ...(permutation.source === 'none' ? {} : { permutations: permutation.permutations }),
  })
  return {
    representation,
    targets: kernelTargets(representation, parameters),
<<<<<<< HEAD
    permutations,
    permutationSeconds,
    quantisation: quantisationPlan(representation.parameterSpecs, config.storage.predictor),
=======
    permutation,
>>>>>>> f93a833 (Keep permutations with their networks)
    optimizer: (optimizer) => createOptimizer(optimizer, hiddenMatrices(blocks)),
  }
}
