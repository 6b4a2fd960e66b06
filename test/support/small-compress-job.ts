import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import { AppException } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { addSmallDataset } from './small-dataset.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const reconstructionSteps = 3
const architecture = 'resnet20-cifar-b'

interface Changes {
  readonly predictor?: Partial<CompressConfig['predictor']>
  readonly distillation?: Partial<CompressConfig['distillation']>
  readonly quantisation?: Partial<CompressConfig['quantisation']>
  readonly storage?: Partial<CompressConfig['storage']>
}

/** A compression of an untrained ResNet-20 in a few steps of few images: 3 of reconstruction, 5 of distillation. */
export async function smallCompressJob(changes: Changes): Promise<TrainerJob> {
  const smoke = compressPresets.find(({ id }) => id === 'smoke')?.config
  if (smoke === undefined) throw new Error('there is no preset named smoke')
  const folder = await temporaryFolder()
  const { sha256 } = await addSmallDataset(folder)
  const built = buildNetwork(architecture, 10)
  if (!built.ok) throw new AppException(built.error)
  const path = join(folder, 'network.safetensors')
  await writeFile(path, writeSafetensors(Object.entries(initialParameters(built.value, 1))))
  return {
    kind: 'compress',
    config: {
      ...smoke,
      predictor: { ...smoke.predictor, hiddenSize: 16, ...changes.predictor },
      reconstruction: { ...smoke.reconstruction, steps: reconstructionSteps },
      distillation: { ...smoke.distillation, steps: 5, dataBatch: 4, rampSteps: 0, ...changes.distillation },
      quantisation: { ...smoke.quantisation, ...changes.quantisation },
      evaluation: { ...smoke.evaluation, everySteps: 0 },
      storage: { ...smoke.storage, ...changes.storage },
    },
    network: { path, sha256: '0'.repeat(64), architecture, classes: 10 },
    dataset: { path: datasetPath(storeLayout(folder), sha256), sha256 },
  }
}
