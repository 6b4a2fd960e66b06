/**
 * npm run bench -- film-strip [--out docs/images/living-kernels.png]
 *
 * Fits a predictor to the sample network, by the trainer of the product, and draws what its snapshots show of one layer: the
 * picture of the README. A minute or two.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { bytesSource } from '#formats/byte-source.ts'
import { openKernelSample, openKernelSnapshot } from '#formats/kernel-history/reader.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { arranged, arrangement } from '#renderer/features/run/kernel-arrangement.ts'
import { colorLimit, kernelPicture } from '#renderer/charts/kernel-picture.ts'
import { formatCount, formatPercent } from '#shared/basics/format.ts'
import { unwrap } from '#shared/basics/result.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import { sampleShapeOf } from '#shared/tensors/kernel-sample.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { runJob } from '#trainer/process/run-job.ts'

const { values: options } = parseArgs({
  options: { out: { type: 'string', default: path.join('docs', 'images', 'living-kernels.png') } },
})

const layerName = 'layer1.1.conv1.weight'
const shownSteps = [0, 8, 30, 110, 380, 1200] as const
const steps = 1200
/** Of a panel; with a margin for its title. */
const [side, gap, titleHeight] = [168, 12, 22] as const
const colors = { negative: [33, 102, 172], zero: [247, 247, 247], positive: [178, 24, 43] } as const

type Snapshot = Extract<FromTrainer, { type: 'kernel-snapshot' }>

/** The snapshots of a fit of the sample network; images are only looked at in the end. */
async function fit(folder: string): Promise<readonly Snapshot[]> {
  const { sha256 } = await addSmallDataset(folder)
  const snapshots: Snapshot[] = []
  await runJob(
    {
      kind: 'compress',
      config: {
        ...fastConfig,
        reconstruction: { ...fastConfig.reconstruction, steps },
        distillation: { ...fastConfig.distillation, steps: 0 },
        quantisation: { ...fastConfig.quantisation, steps: 0 },
      },
      network: {
        path: path.join('resources', 'samples', 'resnet20-cifar10.safetensors'),
        sha256: '0'.repeat(64),
        architecture: 'resnet20-cifar-b',
        classes: 10,
      },
      dataset: { path: datasetPath(storeLayout(folder), sha256), sha256 },
    },
    {
      executor: { executor: 'onnxruntime', provider: 'cpu', threads: 0 },
      checkpoint: undefined,
      send: (message) => void (message.type === 'kernel-snapshot' && snapshots.push(message)),
      // Time stands still: no snapshot is left out for want of it.
      now: () => 0,
      breathe: () => Promise.resolve(),
      isPauseRequested: () => false,
      takeCheckpointRequest: () => false,
      probeAfterMs: Infinity,
    },
  )
  return snapshots
}

interface Panel {
  readonly title: string
  readonly kernels: Float32Array
}

async function panelsOf(snapshots: readonly Snapshot[]) {
  const sample = unwrap(
    await openKernelSample(bytesSource(snapshots.find((one) => one.sample)?.sample ?? new Uint8Array(), 'sample')),
  )
  const at = sample.layers.findIndex(({ name }) => name === layerName)
  const layer = sample.layers[at]
  if (layer === undefined) throw new Error(`The sample network has no ${layerName}.`)
  const { original, places } = unwrap(await sample.readLayer(layer))
  const grid = arrangement({ shape: sampleShapeOf(layer), ...(places === undefined ? {} : { places }) }, 'path')
  const panels: Panel[] = []
  for (const wanted of shownSteps) {
    const nearest = snapshots.reduce((best, one) =>
      Math.abs(one.step - wanted) < Math.abs(best.step - wanted) ? one : best,
    )
    const snapshot = unwrap(await openKernelSnapshot(bytesSource(nearest.bytes, 'step'), sample.layers))
    const error = formatPercent(snapshot.errors[at] ?? Number.NaN, 0)
    panels.push({
      title: `step ${formatCount(nearest.step)}: ${error} off`,
      kernels: arranged(unwrap(await snapshot.readLayer(layer)), grid),
    })
  }
  panels.push({ title: 'original', kernels: arranged(original, grid) })
  return { panels, grid, limit: colorLimit(original) }
}

const folder = await mkdtemp(path.join(tmpdir(), 'nern-film-'))
const { panels, grid, limit } = await panelsOf(await fit(folder))
await rm(folder, { recursive: true })
const width = panels.length * (side + gap) - gap
const height = side + titleHeight
const titles = panels.map(
  ({ title }, at) =>
    `<text x="${at * (side + gap)}" y="14" font-family="DejaVu Sans, sans-serif" font-size="13" fill="#16191f">${title}</text>`,
)
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${titles.join('')}</svg>`
const pictures = await Promise.all(
  panels.map(async ({ kernels }, at) => {
    const picture = kernelPicture(kernels, { ...grid.layout, limit, colors })
    const raw = { width: picture.width, height: picture.height, channels: 4 } as const
    const input = await sharp(picture.pixels, { raw }).resize(side, side, { kernel: 'nearest' }).png().toBuffer()
    return { input, left: at * (side + gap), top: titleHeight }
  }),
)
const png = await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
  .composite([{ input: Buffer.from(svg), left: 0, top: 0 }, ...pictures])
  .png({ compressionLevel: 9 })
  .toBuffer()
await writeFile(options.out, png)
process.stdout.write(`${options.out}: ${formatCount(png.byteLength)} bytes\n`)
