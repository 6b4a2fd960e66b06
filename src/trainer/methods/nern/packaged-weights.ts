import type { Executor } from '#engine/executors/executor.ts'
import { predictAllProgram } from '#engine/methods/nern/programs/predict-all.ts'
import { createRepresentation } from '#engine/methods/nern/representation.ts'
import { readBack } from '#engine/quantisation/stored-parameters.ts'
import type { NernPackage } from '#formats/nern-package/writer.ts'
import type { RepresentedLayer } from '#networks/network.ts'
import type { PackagedLayer } from '#shared/package/package-description.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { embeddingOf } from './embedding.ts'

/** A represented layer as a package describes it. */
export function packagedLayer({ name, shape, tiled }: RepresentedLayer): PackagedLayer {
  return { name, shape: [...shape], ...(tiled === undefined ? {} : { tiled }) }
}

/** The represented weights that the predictor of a package gives, by their original names. */
export async function packagedWeights(executor: Executor, content: NernPackage): Promise<HostTensors> {
  const { layers, embedding, predictorShape, predictor, orders } = content
  const representation = createRepresentation({
    representedLayers: layers,
    embedding: embeddingOf(embedding, layers),
    hiddenSize: predictorShape.hiddenSize,
    blocks: predictorShape.blocks,
    ...(orders.length === 0 ? {} : { permutations: orders }),
    ...(predictorShape.parts === undefined ? {} : { parts: predictorShape.parts }),
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
