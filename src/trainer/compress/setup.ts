/** Everything a compress run derives from its configuration and network before the first step. */
import { createOptimizer } from '#engine/nern/optimizers/create-optimizer.ts'
import type { Optimizer } from '#engine/nern/optimizers/optimizer.ts'
import { permuteNetwork } from '#engine/nern/permutation/network-permutation.ts'
import type { LayerPermutation } from '#engine/nern/permutation/layer-permutation.ts'
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
import { embeddingOf, packagedEmbedding } from './embedding.ts'

export interface CompressSetup {
  readonly representation: Representation
  readonly targets: KernelTargets
  readonly permutations: readonly LayerPermutation[]
  readonly permutationSeconds: number
  /** What is stored as integers; empty for a predictor of floats. */
  readonly quantisation: QuantisationPlan
  optimizer(config: OptimizerConfig): Optimizer
}

export async function setUp(
  config: CompressConfig,
  { network, parameters }: LoadedNetwork,
  context: JobContext,
): Promise<CompressSetup> {
  const startedMs = context.now()
  const { mode } = config.permutation
  const table = kernelTable(network.representedLayers)
  const permutations =
    mode === 'none'
      ? []
      : await permuteNetwork(mode, table, parameters, {
          onProgress: (kernels) => {
            context.send({ type: 'phase', phase: 'permutation', done: kernels, total: table.kernels })
          },
          pause: () => context.breathe(),
        })
  const permutationSeconds = (context.now() - startedMs) / 1000
  const { hiddenSize, blocks } = config.predictor
  const representation = createRepresentation({
    representedLayers: network.representedLayers,
    embedding: embeddingOf(packagedEmbedding(config.embedding)),
    hiddenSize,
    blocks,
    ...(mode === 'none' ? {} : { permutations }),
  })
  return {
    representation,
    targets: kernelTargets(representation, parameters),
    permutations,
    permutationSeconds,
    quantisation: quantisationPlan(representation.parameterSpecs, config.storage.predictor),
    optimizer: (optimizer) => createOptimizer(optimizer, hiddenMatrices(blocks)),
  }
}
