import { readBack } from '#engine/quantisation/stored-parameters.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { predictAllProgram } from '#engine/methods/nern/programs/predict-all.ts'
import { createRepresentation } from '#engine/methods/nern/representation.ts'
import { isBaselinePackage, readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import type { NernPackage } from '#formats/nern-package/writer.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { PackagedNetwork } from '#shared/package/package-description.ts'
import { unwrap } from '#shared/basics/result.ts'
import { embeddingOf } from '../methods/nern/embedding.ts'

/** The represented weights that the predictor of a package gives, by their original names. */
export async function packagedWeights(executor: Executor, content: NernPackage): Promise<HostTensors> {
  const { layers, embedding, predictorShape, predictor, orders } = content
  const representation = createRepresentation({
    representedLayers: layers,
    embedding: embeddingOf(embedding, layers),
    hiddenSize: predictorShape.hiddenSize,
    blocks: predictorShape.blocks,
    ...(orders.length === 0 ? {} : { permutations: orders }),
  })
  const program = await executor.compile(predictAllProgram(representation, 'caller'))
  const state = executor.createState(readBack(predictor))
  try {
    return await program.run({}, state)
  } finally {
    state.dispose()
    program.dispose()
  }
}

/**
 * The whole network of a package of either kind. Throws `AppException` as their readers say; a file that is neither is
 * refused as no compressed package.
 */
export async function networkOfPackage(
  executor: Executor,
  bytes: Uint8Array,
  fileName: string,
): Promise<{ readonly network: PackagedNetwork; readonly tensors: HostTensors }> {
  const header = readSafetensors(bytes, fileName)
  if (header.ok && isBaselinePackage(header.value.metadata)) {
    const { network, kept, layers } = unwrap(readBaselinePackage(bytes, fileName))
    return { network, tensors: { ...readBack(kept), ...decompressed(layers) } }
  }
  const content = unwrap(readPackage(bytes, fileName))
  return {
    network: content.network,
    tensors: { ...readBack(content.kept), ...(await packagedWeights(executor, content)) },
  }
}
