/** What is said of a network before it is imported, and whether its preprocessing fits, by the product's own trainer. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { writeImageCache } from '#formats/image-cache/writer.ts'
import { systemClock } from '#main/basics/clock.ts'
import { commitRename } from '#main/files/atomic-write.ts'
import { datasetPath } from '#main/store/layout.ts'
import { Store } from '#main/store/store.ts'
import type { Studio } from '#main/studio.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import { unwrap } from '#shared/basics/result.ts'
import { folderDigest } from '#test/support/folder-digest.ts'
import { realStudioOptions } from '#test/support/real-trainer.ts'
import { datasetRecord } from '#test/support/records.ts'
import { call, openStudio, writeNetworkFile } from '#test/support/studio.ts'
import { torchFile } from '#test/support/torch-file.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { cifar10Folder, itWithFiles } from '#test/unit/formats/support/shared-data.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const sheet = join(cifar10Folder, 'package', 'test_batch.png')
const labelsFile = join(cifar10Folder, 'package', 'test_lables.json')
const images = 300
const pixels = 32 * 32

/** The first test images of CIFAR-10 as the validation split of a data set; a row of the sheet is an image. */
async function addTestImages(storeFolder: string): Promise<string> {
  const interleaved = await sharp(sheet)
    .extract({ left: 0, top: 0, width: pixels, height: images })
    .removeAlpha()
    .raw()
    .toBuffer()
  const planes = new Uint8Array(images * 3 * pixels)
  for (let image = 0; image < images; image++) {
    for (let channel = 0; channel < 3; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        planes[(image * 3 + channel) * pixels + pixel] = interleaved[(image * pixels + pixel) * 3 + channel] ?? 0
      }
    }
  }
  const labels = z
    .array(z.int())
    .parse(JSON.parse(readFileSync(labelsFile, 'utf8')))
    .slice(0, images)
  const counts = { train: 0, validation: images, test: 0 }
  const { classNames, imageShape } = datasetRecord()
  const store = await Store.open({ folder: storeFolder, program: 'test', clock: systemClock })
  const made = join(store.layout.temporary, 'images')
  const splits = {
    train: { start: 0, count: 0 },
    validation: { start: 0, count: images },
    test: { start: images, count: 0 },
  }
  const header = { kind: 'cifar10', classNames, imageShape, splits, evidence: 'test images' } as const
  const { sha256, sizeBytes } = unwrap(
    await writeImageCache(made, header, [{ images: planes, labels: Uint8Array.from(labels) }]),
  )
  await commitRename(made, datasetPath(store.layout, sha256))
  const { id } = datasetRecord({ sha256, sizeBytes, counts })
  store.datasets.insert(datasetRecord({ sha256, sizeBytes, counts }))
  await store.close()
  return id
}

function importFile(studio: Studio, file: string, name?: string) {
  return call(studio, 'networks.import', { taskId: 'import', file, ...(name === undefined ? {} : { name }) })
}

it('says what a file holds before it is imported, and whether the library has it, and stores nothing', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio(realStudioOptions(storeFolder))
  const file = writeNetworkFile(temporaryFolder())
  const before = folderDigest(storeFolder)
  const inspected = await call(studio, 'networks.inspect', { taskId: 'inspect', file })
  expect(folderDigest(storeFolder)).toEqual(before)
  expect(inspected.stateDicts).toEqual([{ key: '.', tensors: 107, isKnown: true }])
  const { recognised } = inspected
  expect(recognised).toMatchObject({
    architecture: 'resnet20-cifar-b',
    classes: 10,
    inputShape: { channels: 3, height: 32, width: 32 },
    format: 'safetensors',
    evidence: expect.stringMatching(/tensors match ResNet-20 \(CIFAR, option B\)/),
    notes: [],
  })
  expect(inspected.known).toBeUndefined()

  const imported = await importFile(studio, file, 'first')
  expect(imported).toMatchObject({ isNew: true, sha256: recognised?.sha256, title: recognised?.description.title })
  const detail = await call(studio, 'networks.get', { id: imported.id })
  expect({ layers: detail.layers, shape: detail.shape }).toEqual({
    layers: recognised?.description.layers,
    shape: recognised?.shape,
  })
  const again = await call(studio, 'networks.inspect', { taskId: 'inspect', file })
  expect(again.known).toEqual({ id: imported.id, name: 'first' })
  expect(await importFile(studio, file, 'second')).toMatchObject({ isNew: false, id: imported.id, name: 'first' })
  // Another preprocessing would be another network.
  const preprocessing = preprocessingPresets['zero-one'].preprocessing
  const other = await call(studio, 'networks.inspect', { taskId: 'inspect', file, preprocessing })
  expect(other.known).toBeUndefined()
})

it('lists the networks of a weights file with several, and takes the one that is named', async () => {
  const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
  const file = join(temporaryFolder(), 'averaged.pt')
  writeFileSync(
    file,
    torchFile({ epoch: 3, state_dict: initialParameters(network, 1), ema: initialParameters(network, 2) }),
  )
  const studio = await openStudio(realStudioOptions(temporaryFolder()))
  const inspected = await call(studio, 'networks.inspect', { taskId: 'inspect', file })
  expect(inspected).toEqual({
    stateDicts: [
      { key: 'state_dict', tensors: 107, isKnown: true },
      { key: 'ema', tensors: 107, isKnown: true },
    ],
  })
  const refused = await studio.invoke('networks.import', { taskId: 'import', file })
  expect(refused).toMatchObject({ ok: false, error: { code: 'weights-file-ambiguous' } })
  expect(await call(studio, 'networks.list', {})).toEqual([])

  const { recognised } = await call(studio, 'networks.inspect', { taskId: 'inspect', file, key: 'ema' })
  const imported = await call(studio, 'networks.import', { taskId: 'import', file, key: 'ema' })
  expect(imported).toMatchObject({ isNew: true, sha256: recognised?.sha256 })
  expect(imported.notes).toEqual(recognised?.notes)
  expect(imported.origin.notes).toEqual(recognised?.notes)
  expect(recognised?.notes.join()).toMatch(/Taken from "ema"; left alone: "state_dict" \(107 tensors\)/)
})

itWithFiles([sheet, labelsFile])('says which preprocessing fits, or that the network knows nothing', async () => {
  const storeFolder = temporaryFolder()
  const datasetId = await addTestImages(storeFolder)
  const studio = await openStudio(realStudioOptions(storeFolder))
  const tryOn = (id: string, limit: number) =>
    call(studio, 'networks.try-preprocessings', { taskId: 'try', id, datasetId, limit })

  const sample = await importFile(studio, 'sample')
  const fitting = await tryOn(sample.id, images)
  expect(fitting).toMatchObject({ total: images, verdict: 'fits' })
  const own = fitting.tried.find(({ isCurrent }) => isCurrent)
  expect(own?.preprocessing).toEqual(sample.preprocessing)
  expect((own?.correct ?? 0) / images).toBeGreaterThan(0.85)
  const measured = await call(studio, 'networks.evaluate', {
    taskId: 'measure',
    id: sample.id,
    datasetId,
    split: 'validation',
    limit: 0,
  })
  expect(own?.correct).toBe(measured.correct)

  const wrong = await call(studio, 'networks.derive', {
    taskId: 'derive',
    id: sample.id,
    preprocessing: preprocessingPresets['caffe-rgb'].preprocessing,
  })
  const misfit = await tryOn(wrong.id, 100)
  expect(misfit).toMatchObject({ total: 100, verdict: 'other-fits' })
  expect(misfit.tried[0]?.isCurrent).toBe(false)

  const untrained = await importFile(studio, writeNetworkFile(temporaryFolder()))
  expect(await tryOn(untrained.id, 100)).toMatchObject({ verdict: 'at-chance' })
})
