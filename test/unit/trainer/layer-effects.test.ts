/** Counts of the job against networks that were put together and evaluated one by one. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { LayerEffect } from '#shared/measures/layer-effects.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { resultOf } from '#test/support/trainer-job.ts'

const sample = join(import.meta.dirname, '../../../resources/samples/resnet20-cifar10.safetensors')
const limit = 24

test('exchanges each layer with its batch norm, in both directions', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder()
  const { sha256 } = await addSmallDataset(folder)
  const dataset = { path: datasetPath(storeLayout(folder), sha256), sha256 }
  const bytes = await readFile(sample)
  const { metadata } = unwrap(readSafetensors(bytes, 'sample'))
  const network = { path: sample, sha256: '0'.repeat(64), architecture: 'resnet20-cifar-b', classes: 10 }
  const config = {
    ...spectralDefaults,
    size: { ...spectralDefaults.size, ratio: 60 },
    layers: 'conv1.weight exact',
  }
  const made = await resultOf({ kind: 'spectral', config, network, dataset })
  const packagePath = join(folder, 'package.spectral.safetensors')
  await writeFile(packagePath, made.package)
  const found = await resultOf({ kind: 'layer-effects', network, packagePath, dataset, split: 'validation', limit })

  const original = tensorsOf(bytes)
  const reconstructed = tensorsOf(made.reconstructed)
  const correctOf = async (parameters: HostTensors): Promise<number> => {
    const path = join(folder, 'mixed.safetensors')
    await writeFile(path, writeSafetensors(Object.entries(parameters), metadata))
    const evaluate = { kind: 'evaluate', network: { ...network, path }, dataset, split: 'validation', limit } as const
    return (await resultOf(evaluate)).evaluation.correct
  }
  expect(found.images).toBe(limit)
  expect([found.original, found.reconstructed]).toEqual([await correctOf(original), await correctOf(reconstructed)])

  const { layers } = found
  expect(layers.map(({ name }) => name).slice(0, 2)).toEqual(['conv1.weight', 'layer1.0.conv1.weight'])
  const unchanged = { lost: 0, won: 0 }
  expect(layers[0]).toMatchObject({ isChanged: false, only: unchanged, putBack: unchanged })
  const moved = layers.filter(({ only, putBack }) => only.lost + only.won + putBack.lost + putBack.won > 0)
  expect(moved.length).toBeGreaterThan(2)
  for (const layer of moved.slice(0, 2)) {
    const unit = Object.keys(original).filter((name) => belongsTo(name, layer))
    expect(unit).toHaveLength(5)
    const only = { ...original, ...picked(reconstructed, unit) }
    const putBack = { ...reconstructed, ...picked(original, unit) }
    expect(await correctOf(only)).toBe(found.original - layer.only.lost + layer.only.won)
    expect(await correctOf(putBack)).toBe(found.reconstructed - layer.putBack.lost + layer.putBack.won)
  }
})

function tensorsOf(bytes: Uint8Array<ArrayBuffer>): HostTensors {
  const { tensors } = unwrap(readSafetensors(bytes, 'network'))
  return Object.fromEntries(
    [...tensors].map(([name, tensor]) => [name, float32Tensor(tensor.shape, tensor.toFloat32())]),
  )
}

/** `layer1.0.conv2.weight` has `layer1.0.bn2`, the shortcut's `.0.weight` has `.1`. */
function belongsTo(parameter: string, { name }: LayerEffect): boolean {
  const norm = name.replace(/conv(\d)\.weight$/, 'bn$1.').replace(/(shortcut|downsample)\.0\.weight$/, '$1.1.')
  return (
    parameter === name || (norm !== name && parameter.startsWith(norm) && !parameter.endsWith('num_batches_tracked'))
  )
}

function picked(tensors: HostTensors, names: readonly string[]): HostTensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => names.includes(name)))
}
