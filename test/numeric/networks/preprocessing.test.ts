/**
 * Weights with another preprocessing than ImageNet's, through the trainer's own jobs: SqueezeNet 1.1 from Caffe takes
 * bytes less 123, 117, 104. With its own it classifies as PyTorch does; with ImageNet's it knows nothing.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { decodePredictions } from '#shared/measures/predictions.ts'
import { defaultPreprocessing, preprocessingPresets, type PreprocessingChanges } from '#shared/network/preprocessing.ts'
import { itWithPython, runPython } from '#test/support/python.ts'
import { resultOf } from '#test/support/trainer-job.ts'
import { itWithFiles, sharedPath } from '#test/unit/formats/support/shared-data.ts'
import { loadNetwork } from '#trainer/weights/stored-network.ts'

vi.setConfig({ testTimeout: 240_000 })

const caffe = preprocessingPresets['caffe-rgb'].preprocessing
const sample = sharedPath('data/imagenet-sample')
const weights = join(sample, 'squeezenet1_1_imagenet_caffe_rgb.safetensors')
const script = join(import.meta.dirname, '../../fixtures/networks/squeezenet_top1.py')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nern-preprocessing-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The cache of the sample's 100 images, made once. */
let sampleCache: Promise<{ readonly path: string; readonly sha256: string }> | undefined
async function importSample() {
  const path = join(folder, 'images')
  const images = { size: 256, split: 'test' } as const
  const { counts, sha256 } = await resultOf<'import-dataset'>({
    kind: 'import-dataset',
    sourcePath: sample,
    outputPath: path,
    images,
    accept: false,
  })
  expect(counts).toEqual({ train: 0, validation: 0, test: 100 })
  return { path, sha256 }
}

/** Evaluations by what was said at the import, each made once. */
const evaluations = new Map<PreprocessingChanges, ReturnType<typeof evaluate>>()
function evaluated(preprocessing: PreprocessingChanges): ReturnType<typeof evaluate> {
  const known = evaluations.get(preprocessing)
  if (known !== undefined) return known
  const made = evaluate(preprocessing)
  evaluations.set(preprocessing, made)
  return made
}

async function evaluate(preprocessing: PreprocessingChanges) {
  const dataset = await (sampleCache ??= importSample())
  const path = join(folder, 'network.safetensors')
  const { sha256 } = await resultOf<'import-network'>({
    kind: 'import-network',
    sourcePath: weights,
    outputPath: path,
    preprocessing,
  })
  const network = { path, sha256, architecture: 'squeezenet1_1-imagenet', classes: 1000 }
  const { evaluation } = await resultOf<'evaluate'>({ kind: 'evaluate', network, dataset, split: 'test', limit: 0 })
  return {
    correct: evaluation.correct,
    classes: Array.from(decodePredictions(evaluation.predictions, network.classes)),
  }
}

itWithFiles([weights])('SqueezeNet from Caffe gets 65 of 100 images right, and next to none as others do', async () => {
  // 65 are what PyTorch 1.13 gets.
  expect(Math.abs((await evaluated(caffe)).correct - 65)).toBeLessThanOrEqual(1)
  expect((await evaluated({})).correct).toBeLessThan(10)
})

const itWithBoth = existsSync(weights) ? itWithPython(['numpy', 'torch', 'PIL']) : itWithFiles([weights])
itWithBoth('SqueezeNet from Caffe says of the images what it says in PyTorch', async () => {
  const images = readdirSync(join(sample, 'original_100')).sort()
  const paths = images.map((name) => join(sample, 'original_100', name))
  const expected: unknown = JSON.parse(runPython([script, weights, ...paths]))
  const { classes } = await evaluated(caffe)
  // One may be decided by rounding.
  const equal = classes.filter((found, image) => Array.isArray(expected) && expected[image] === found).length
  expect(classes).toHaveLength(100)
  expect(equal).toBeGreaterThanOrEqual(99)
})

it('reads the preprocessing of an exported file again, and the usual one where none is named', async () => {
  const built = buildNetwork('resnet20-cifar-b', 10)
  if (!built.ok) throw new Error(built.error.message)
  const sourcePath = join(folder, 'exported.safetensors')
  const parameters = Object.entries(initialParameters(built.value, 1))
  const imported = async (preprocessing: PreprocessingChanges) => {
    const outputPath = join(folder, 'stored.safetensors')
    await resultOf<'import-network'>({ kind: 'import-network', sourcePath, outputPath, preprocessing })
    const loaded = await loadNetwork({ path: outputPath, architecture: 'resnet20-cifar-b', classes: 10 })
    return { ...loaded.network.preprocessing, bytes: readFileSync(outputPath) }
  }
  writeFileSync(sourcePath, writeSafetensors(parameters, networkMetadata({ ...built.value, preprocessing: caffe })))
  expect(await imported({})).toMatchObject(caffe)
  // What the user says goes first, part by part.
  expect(await imported({ resize: 40 })).toMatchObject({ ...caffe, resize: 40 })

  writeFileSync(sourcePath, writeSafetensors(parameters))
  const plain = await imported({})
  expect(plain).toMatchObject(defaultPreprocessing)
  expect(await imported({ ...defaultPreprocessing })).toEqual(plain)
})
