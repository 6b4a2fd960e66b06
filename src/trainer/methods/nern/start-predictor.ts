/** The predictor of a finished compression, as the first one of another. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { packagedEmbedding } from './embedding.ts'
import { packagedLayer } from './packaged-weights.ts'
import type { CompressSetup } from './setup.ts'

export interface StartPredictor {
  readonly tensors: HostTensors
  /** Whether it has the form it will be stored in, with tables for its first layer where that has them. */
  readonly isStored: boolean
}

/**
 * Parameters by name, as a reader of the package gets them: a predictor of integers comes in as the numbers they stand
 * for. Undefined when the job starts from random weights.
 *
 * Errors: those of `readPackage`; `file-unsupported` for a package of another network or another representation, in which
 * the same predictor would mean other weights.
 */
export async function startPredictor(
  job: Extract<TrainerJob, { kind: 'compress' }>,
  { representation, stored, permutation }: CompressSetup,
): Promise<StartPredictor | undefined> {
  if (job.startPath === undefined) return undefined
  const content = unwrap(readPackage(await readFile(job.startPath), basename(job.startPath)))
  const isStored = isDeepStrictEqual(content.embedding, stored.embedding)
  const { predictor } = isStored ? stored.representation : representation
  const isSame = {
    network: content.network.sha256 === job.network.sha256,
    layers: isDeepStrictEqual(content.layers, representation.table.layers.map(packagedLayer)),
    embedding: isStored || isDeepStrictEqual(content.embedding, packagedEmbedding(job.config)),
    predictor: isDeepStrictEqual(content.predictorShape, predictor),
    permutation: isDeepStrictEqual(content.orders, permutation.permutations),
  }
  const different = Object.entries(isSame).flatMap(([part, same]) => (same ? [] : [part]))
  if (different.length === 0) return { tensors: readBack(content.predictor), isStored }
  throw new AppException({
    code: 'file-unsupported',
    message: `The predictor to start from belongs to another representation: ${different.join(', ')} differ.`,
    where: job.startPath,
    remedy:
      'Start from a compression of the same network, represented layers, embedding, predictor size and permutation; one that stored its first layer as tables goes on with the same choice of storage.firstLayer.',
  })
}
