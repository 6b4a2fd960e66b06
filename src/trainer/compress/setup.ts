/** Everything a compress run derives from its configuration and network before the first step. */
import { createOptimizer } from '#engine/nern/optimizers/create-optimizer.ts'
import type { Optimizer } from '#engine/nern/optimizers/optimizer.ts'
import { hiddenMatrices } from '#engine/nern/predictor.ts'
import { quantisationPlan, type QuantisationPlan } from '#engine/quantization/fake-quantization.ts'
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
import { embeddingOf, packagedEmbedding } from './embedding.ts'
import { findPermutations, type FoundPermutations } from './find-permutations.ts'

export interface CompressSetup {
  readonly representation: Representation
  readonly targets: KernelTargets
  readonly permutation: FoundPermutations
  /** What is stored as integers; empty for a predictor of floats. */
  readonly quantisation: QuantisationPlan
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
    permutation,
    quantisation: quantisationPlan(representation.parameterSpecs, config.storage.predictor),
    optimizer: (optimizer) => createOptimizer(optimizer, hiddenMatrices(blocks)),
  }
}
