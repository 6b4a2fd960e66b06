/**
 * What the methods that store kernels themselves make of the sample network, and what spectral codes take, to the bit:
 * packages written before and after a change of the code hold the same numbers. Without training nothing depends on the
 * processor; trained ones are compared on one machine by `npm run bench -- decoded-weights`.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { joinBytes } from '#formats/join-bytes.ts'
import { readSpectralPackage } from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { unwrap } from '#shared/basics/result.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { madeUpSpectral } from '#test/support/made-up-spectral.ts'
import { resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { sampleCodes } from '#test/support/sample-codes.ts'
import { sectionDigests } from '#test/support/section-digests.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const path = join(process.cwd(), 'resources', 'samples', 'resnet20-cifar10.safetensors')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
/** What all of them store alike: batch-norm and classifier in float16, entropy coded. */
const remainder = { 'kept.codes': '116e8ba2e530435a', 'kept.float16': '0d23d2245e1d5916' }

const shapes = [
  [16, 3, 3, 3],
  [24, 16, 1, 1],
  [24, 1, 5, 5],
  [6, 24, 1, 7],
  [40, 30, 3, 3],
  [10, 40],
] as const

const start = (digest: string): string => digest.slice(0, 16)

test.each([
  ['baseline-float16', { 'layers.codes': 'ff5d9b9f1f371ce9', weights: 'd26f7e4958ab0d78' }],
  [
    'baseline-int4',
    { 'layers.codes': '01793c2d764ca55b', 'layers.float16': '0f042599d95a414d', weights: '38246fd9a83b041d' },
  ],
  [
    'baseline-kmeans3',
    { 'layers.codes': 'dc5eaf034d47695d', 'layers.float16': 'c6b2f3cf1c62f4da', weights: 'c636636c20b56e5c' },
  ],
  [
    'baseline-pruned50',
    { 'layers.codes': '117fb322117648dd', 'layers.float16': 'd70b1250ee2d41f9', weights: '430e3b70fe187501' },
  ],
  ['baseline-lowrank95', { 'layers.codes': '0a8c0a9d445c96f1', weights: 'a32f4b9e7ed125d3' }],
])('%s of the sample network', async (id, expected) => {
  const config = baselinePresets.find((preset) => preset.id === id)?.config
  if (config === undefined) throw new Error(`there is no preset ${id}`)
  const folder = temporaryFolder()
  const added = await addSmallDataset(folder)
  const dataset = { path: datasetPath(storeLayout(folder), added.sha256), sha256: added.sha256 }
  const network = { path, sha256: sha256(readFileSync(path)), architecture: 'resnet20-cifar-b', classes: 10 }
  const job: TrainerJob = { kind: 'baseline', config, network, dataset }
  const { package: file, reconstructed } = resultOf('baseline', await runInProcess(job))
  const digests = { ...sectionDigests(file), weights: sha256(reconstructed) }
  expect(Object.fromEntries(Object.entries(digests).map(([name, digest]) => [name, start(digest)]))).toEqual({
    ...remainder,
    ...expected,
  })
})

test.each([
  [
    'the sample',
    { ...madeUpSpectral({ layers: [] }), layers: sampleCodes() },
    { layers: 'e94488af2b340090', weights: '0a406cb4c5189f03' },
  ],
  [
    'made-up layers',
    madeUpSpectral({ layers: shapes.map((shape) => ({ shape })) }),
    { layers: '3faf6420792fd08f', weights: 'bccf61ce874f9470' },
  ],
  [
    'made-up layers as they are',
    madeUpSpectral({ layers: shapes.map((shape) => ({ shape })), transform: 'none' }),
    { layers: '862f8dd4a696ff43', weights: '0b5ee60c3113069d' },
  ],
])('spectral codes of %s', (_, content, expected) => {
  const file = writeSpectralPackage(content)
  const { weights } = tensorsOf(unwrap(readSpectralPackage(file, 'package')))
  const decoded = Object.values(weights).map(({ data }) => new Uint8Array(data.buffer))
  const digests = { layers: sectionDigests(file)['layers'] ?? '', weights: sha256(joinBytes(decoded)) }
  expect({ layers: start(digests.layers), weights: start(digests.weights) }).toEqual(expected)
})
