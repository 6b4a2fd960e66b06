/** Everything a compress run derives from its configuration and network before the first step. */
import { createOptimizer } from '#engine/training/optimizers/create-optimizer.ts'
import type { Optimizer } from '#engine/training/optimizers/optimizer.ts'
import { withFirstLayerTables } from '#engine/methods/nern/first-layer-tables.ts'
import { hiddenMatrices } from '#engine/methods/nern/predictor.ts'
import { quantisationPlan, type Quantisation } from '#engine/quantisation/fake-quantisation.ts'
import {
  createRepresentation,
  kernelTargets,
  type KernelTargets,
  type Representation,
} from '#engine/methods/nern/representation.ts'
import { kernelTable } from '#engine/methods/nern/coordinates.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { partsOf, seesCoordinates } from '#shared/methods/nern/partition.ts'
import type { OptimizerConfig } from '#shared/experiment/config-fields.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { PackagedEmbedding } from '#shared/package/package-description.ts'
import type { JobContext } from '../../process/job-context.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import { embeddingOf, packagedEmbedding, storedEmbedding } from './embedding.ts'
import { findPermutations, type FoundPermutations } from './find-permutations.ts'

/** Seeded inputs know no neighbours. */
const noPermutation: CompressConfig['permutation'] = { mode: 'none', refinement: 'none', refinementPasses: 1 }

/** The predictor as it is stored: as it was fitted, or with tables for its first layer. */
export interface StoredForm {
  readonly representation: Representation
  readonly embedding: PackagedEmbedding
  /** A predictor of the phases before, in this form. */
  of(predictor: HostTensors): HostTensors
}

export interface CompressSetup {
  /** Of the phases that fit the predictor; rounding and the quantisation phase have that of `stored`. */
  readonly representation: Representation
  readonly stored: StoredForm
  readonly targets: KernelTargets
  readonly permutation: FoundPermutations
  /** What is stored as integers; empty for a predictor of floats. */
  readonly quantisation: Quantisation
  optimizer(config: OptimizerConfig): Optimizer
}

export async function setUp(
  config: CompressConfig,
  { network, parameters }: LoadedNetwork,
  keptPermutation: string | undefined,
  context: JobContext,
): Promise<CompressSetup> {
  const table = kernelTable(network.representedLayers)
  const order = seesCoordinates(config.predictor.partition) ? config.permutation : noPermutation
  const permutation = await findPermutations(order, table, parameters, keptPermutation, context)
  const { hiddenSize, blocks } = config.predictor
  const { representedLayers } = network
  const parts = partsOf(config.predictor.partition, representedLayers)
  const represent = (packaged: PackagedEmbedding): Representation =>
    createRepresentation({
      representedLayers,
      embedding: embeddingOf(packaged, representedLayers),
      hiddenSize,
      blocks,
      ...(permutation.source === 'none' ? {} : { permutations: permutation.permutations }),
      ...(parts === undefined ? {} : { parts }),
    })
  const representation = represent(packagedEmbedding(config))
  const stored = storedForm(config, network, representation, represent)
  return {
    representation,
    stored,
    targets: kernelTargets(representation, parameters),
    permutation,
    quantisation: {
      plan: quantisationPlan(stored.representation.parameterSpecs, config.storage.predictor),
      // Learned ones become narrower, and codes longer than they may be.
      learnsScales: config.storage.codedBits === 0,
    },
    optimizer: (optimizer) => createOptimizer(optimizer, hiddenMatrices(blocks), parts?.length),
  }
}

/** The same for a run whose first predictor has the stored form already. */
export function startedInStoredForm(setup: CompressSetup): CompressSetup {
  const { representation, embedding } = setup.stored
  return { ...setup, representation, stored: { representation, embedding, of: (predictor) => predictor } }
}

function storedForm(
  config: CompressConfig,
  { representedLayers }: LoadedNetwork['network'],
  fitted: Representation,
  represent: (embedding: PackagedEmbedding) => Representation,
): StoredForm {
  const packaged = storedEmbedding(config, representedLayers)
  const to = embeddingOf(packaged, representedLayers)
  const from = embeddingOf(packagedEmbedding(config), representedLayers)
  if (to.type !== 'one-hot' || from.type !== 'positional') {
    return { representation: fitted, embedding: packaged, of: (predictor) => predictor }
  }
  return {
    representation: represent(packaged),
    embedding: packaged,
    of: (predictor) => withFirstLayerTables(predictor, from, to),
  }
}
