/**
 * MobileNetV2 (Sandler et al. 2018) with torchvision's tensor names, which the CIFAR variants of chenyaofo share:
 * features.0.{0, 1}, features.{1..17}.conv.{...}, features.18.{0, 1}, classifier.1. For 32 x 32 images the stem and the
 * second stage keep the resolution.
 *
 * Represented: every convolution. The 1 x 1 ones hold nearly all weights, so leaving them out would leave nothing to
 * compress; depthwise ones are layers of one channel, [filters, 1, 3, 3].
 * Feature maps, in both readings: after the last batch-norm of every block (before its sum), of the stem and of the last
 * convolution.
 */
import { NetworkBuilder } from '../network-builder.ts'
import type { Network } from '../network.ts'
import { cifarImages, imagenetImages } from './image-sizes.ts'

interface MobilenetOptions {
  readonly architecture: string
  readonly title: string
  readonly family: 'cifar' | 'imagenet'
  /** Factor of all widths. */
  readonly width: number
  readonly classes: number
}

/** [expansion, channels, blocks, stride] */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

export function mobilenetV2({ architecture, title, family, width, classes }: MobilenetOptions): Network {
  const builder = new NetworkBuilder()
  const isCifar = family === 'cifar'
  const maps: string[] = []
  const stem = { filters: divisible(32 * width), size: 3, stride: isCifar ? 1 : 2, groups: 1 } as const
  let x = activated(builder, 'features.0', builder.input(3), stem)
  maps.push('features.0.1')
  let at = 1
  stages.forEach(([expansion, channels, blocks, stageStride], stage) => {
    const stride = isCifar && stage === 1 ? 1 : stageStride
    for (let block = 0; block < blocks; block++) {
      const options = { outputs: divisible(channels * width), expansion, stride: block === 0 ? stride : 1 }
      x = invertedResidual(builder, `features.${at++}`, x, options, maps)
    }
  })
  const filters = divisible(1280 * Math.max(1, width))
  x = activated(builder, `features.${at}`, x, { filters, size: 1, stride: 1, groups: 1 })
  maps.push(`features.${at}.1`)
  const dropped = builder.dropout('classifier.0', builder.globalAveragePool('pool', x), 0.2)
  return builder.build({
    architecture,
    title,
    inputShape: isCifar ? cifarImages : imagenetImages,
    classes,
    output: builder.linear('classifier.1', dropped, classes),
    featureMaps: { faithful: maps, documented: maps },
  })
}

interface ResidualOptions {
  readonly outputs: number
  readonly expansion: number
  readonly stride: number
}

function invertedResidual(
  builder: NetworkBuilder,
  module: string,
  input: string,
  { outputs, expansion, stride }: ResidualOptions,
  maps: string[],
): string {
  const channels = builder.channelsOf(input)
  const hidden = channels * expansion
  let x = input
  let at = 0
  if (expansion !== 1) {
    x = activated(builder, `${module}.conv.${at++}`, x, { filters: hidden, size: 1, stride: 1, groups: 1 })
  }
  x = activated(builder, `${module}.conv.${at++}`, x, { filters: hidden, size: 3, stride, groups: hidden })
  x = convolve(builder, `${module}.conv.${at++}`, x, { filters: outputs, size: 1, stride: 1, groups: 1 })
  x = builder.batchNorm(`${module}.conv.${at}`, x)
  maps.push(x)
  return stride === 1 && channels === outputs ? builder.add(`${module}.add`, input, x) : x
}

interface LayerOptions {
  readonly filters: number
  readonly size: 1 | 3
  readonly stride: number
  readonly groups: number
}

/** Convolution, batch-norm and ReLU6, the parts 0, 1 and 2 of `module`. */
function activated(builder: NetworkBuilder, module: string, input: string, options: LayerOptions): string {
  const maps = convolve(builder, `${module}.0`, input, options)
  return builder.relu6(`${module}.2`, builder.batchNorm(`${module}.1`, maps))
}

function convolve(
  builder: NetworkBuilder,
  module: string,
  input: string,
  { filters, size, stride, groups }: LayerOptions,
): string {
  const padding = (size - 1) / 2
  return builder.convolution(module, input, {
    filters,
    kernelSize: [size, size],
    stride: [stride, stride],
    padding: [padding, padding],
    groups,
    isRepresented: true,
  })
}

/** The nearest multiple of 8, at least 8 and at least nine tenths of `channels`. */
function divisible(channels: number): number {
  const nearest = Math.max(8, Math.floor((channels + 4) / 8) * 8)
  return nearest < 0.9 * channels ? nearest + 8 : nearest
}
