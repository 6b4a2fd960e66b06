import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeImageCache } from '#formats/image-cache/writer.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { systemClock } from '#main/basics/clock.ts'
import { sha256Of } from '#main/files/sha256.ts'
import { datasetPath, networkPath } from '#main/store/layout.ts'
import { Store } from '#main/store/store.ts'
import type { StudioOptions } from '#main/studio.ts'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException, type Result } from '#shared/basics/result.ts'
import { trainerPath } from './programs.ts'
import { datasetRecord, networkRecord } from './records.ts'
import { studioOptions } from './studio.ts'

/** Of a studio whose trainers are the product's own, one thread each. */
export function realStudioOptions(storeFolder: string): StudioOptions {
  return {
    ...studioOptions(storeFolder),
    createHost: createForkHosts({ entryPath: trainerPath }),
    executor: { executor: 'onnxruntime', provider: 'cpu', threads: 1 },
  }
}

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new AppException(result.error)
}

const IMAGES = 32

/** Puts an untrained ResNet-20 (`small`) and a data set of random images (`images`) into a store. */
export async function fillStore(storeFolder: string, classes = 10): Promise<void> {
  const store = await Store.open({ folder: storeFolder, program: 'test', clock: systemClock })
  const architecture = 'resnet20-cifar-b'
  const network = valueOf(buildNetwork(architecture, classes))
  const weights = writeSafetensors(Object.entries(initialParameters(network, 1)))
  const sha256 = sha256Of(weights)
  writeFileSync(networkPath(store.layout, sha256), weights)
  store.networks.insert(
    networkRecord({ name: 'small', architecture, classes, sha256, sizeBytes: weights.byteLength }),
    [],
  )

  const random = Random.fromSeed(1)
  const split = (start: number) => ({ start, count: IMAGES })
  const part = () => ({
    images: Uint8Array.from({ length: IMAGES * 3 * 32 * 32 }, () => random.integer(256)),
    labels: Uint8Array.from({ length: IMAGES }, () => random.integer(classes)),
  })
  const { imageShape } = datasetRecord()
  const classNames = Array.from({ length: classes }, (_, index) => `class ${index}`)
  const splits = { train: split(0), validation: split(IMAGES), test: split(2 * IMAGES) }
  const description = { kind: 'cifar10' as const, classNames, imageShape, splits, evidence: 'random' }
  const temporary = join(store.layout.temporary, 'cache')
  const made = valueOf(await writeImageCache(temporary, description, [part(), part(), part()]))
  renameSync(temporary, datasetPath(store.layout, made.sha256))
  store.datasets.insert(
    datasetRecord({
      name: 'images',
      classNames,
      counts: { train: IMAGES, validation: IMAGES, test: IMAGES },
      sha256: made.sha256,
      sizeBytes: made.sizeBytes,
    }),
  )
  await store.close()
}
