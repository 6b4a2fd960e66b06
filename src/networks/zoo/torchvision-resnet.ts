/**
 * ResNets of four stages (He et al. 2016) with torchvision's tensor names: conv1, bn1,
 * layer{1..4}.{block}.{conv1, bn1, ..., downsample.0, downsample.1}, fc. ResNet-50 has its stride in the 3 x 3 convolution.
 * Their stem is that for 224 x 224 images, or one of 3 x 3 for images of 32 x 32.
 *
 * Represented: the 3 x 3 convolutions, as the authors do with ResNet-18 (method 1.3); the 7 x 7 stem and every 1 x 1
 * convolution (projections, and the bottlenecks of ResNet-50) are kept as they are.
 *
 * Feature maps: `documented` after the stem's batch-norm, and per block after every batch-norm and after the sum (25 for
 * ResNet-18). `faithful`: the same places as the authors' code really stores them (method 3); ReLU and sum are in place,
 * so all are taken after the ReLU, and the last batch-norm of a block is its sum.
 */
import { NetworkBuilder } from '../network-builder.ts'
import type { Network } from '../network.ts'
import { cifarImages, imagenetImages } from './image-sizes.ts'

export interface TorchvisionResnetOptions {
  readonly architecture: string
  readonly title: string
  readonly stem: keyof typeof stems
  readonly block: 'basic' | 'bottleneck'
  /** In each of the four stages. */
  readonly blocks: readonly [number, number, number, number]
  readonly classes: number
}

/**
 * What comes before the stages. Collections for CIFAR replace the convolution; some keep the pooling behind it, which no
 * tensor shows.
 */
const stems = {
  imagenet: { images: imagenetImages, size: 7, stride: 2, isPooled: true },
  cifar: { images: cifarImages, size: 3, stride: 1, isPooled: false },
  'cifar-pooled': { images: cifarImages, size: 3, stride: 1, isPooled: true },
} as const

const widths = [64, 128, 256, 512] as const

interface Maps {
  readonly faithful: string[]
  readonly documented: string[]
}

export function torchvisionResnet(options: TorchvisionResnetOptions): Network {
  const { architecture, title, block, blocks, classes } = options
  const { images, size, stride: stemStride, isPooled } = stems[options.stem]
  const builder = new NetworkBuilder()
  const maps: Maps = { faithful: [], documented: [] }
  const stem = builder.convolution('conv1', builder.input(3), {
    filters: 64,
    kernelSize: [size, size],
    stride: [stemStride, stemStride],
    padding: [(size - 1) / 2, (size - 1) / 2],
    isRepresented: size === 3,
  })
  const normalised = builder.batchNorm('bn1', stem)
  const rectified = builder.relu('relu', normalised)
  maps.documented.push(normalised)
  maps.faithful.push(rectified)
  let x = isPooled ? builder.maxPool('maxpool', rectified, 3, { stride: 2, padding: 1 }) : rectified
  widths.forEach((width, stage) => {
    for (let at = 0; at < (blocks[stage] ?? 0); at++) {
      const stride = at === 0 && stage > 0 ? 2 : 1
      x = residualBlock(builder, `layer${stage + 1}.${at}`, x, { width, stride, block }, maps)
    }
  })
  return builder.build({
    architecture,
    title,
    inputShape: images,
    classes,
    output: builder.linear('fc', builder.globalAveragePool('avgpool', x), classes),
    featureMaps: maps,
  })
}

interface BlockOptions {
  readonly width: number
  readonly stride: number
  readonly block: TorchvisionResnetOptions['block']
}

/** Kernel sizes of a block's convolutions; the 3 x 3 one that comes first carries the stride. */
const kernelSizes = { basic: [3, 3], bottleneck: [1, 3, 1] } as const

function residualBlock(
  builder: NetworkBuilder,
  module: string,
  input: string,
  { width, stride, block }: BlockOptions,
  { faithful, documented }: Maps,
): string {
  const sizes = kernelSizes[block]
  const outputs = block === 'bottleneck' ? 4 * width : width
  const strided = sizes.indexOf(3)
  let x = input
  sizes.forEach((size, at) => {
    const isLast = at === sizes.length - 1
    const convolution = convolve(builder, `${module}.conv${at + 1}`, x, {
      filters: isLast ? outputs : width,
      size,
      stride: at === strided ? stride : 1,
    })
    x = builder.batchNorm(`${module}.bn${at + 1}`, convolution)
    documented.push(x)
    if (isLast) return
    x = builder.relu(`${module}.relu${at + 1}`, x)
    faithful.push(x)
  })
  const sum = builder.add(`${module}.add`, x, shortcutOf(builder, module, input, outputs, stride))
  const rectified = builder.relu(`${module}.relu`, sum)
  documented.push(sum)
  faithful.push(rectified, rectified)
  return rectified
}

function shortcutOf(builder: NetworkBuilder, module: string, input: string, outputs: number, stride: number): string {
  if (stride === 1 && builder.channelsOf(input) === outputs) return input
  const projection = convolve(builder, `${module}.downsample.0`, input, { filters: outputs, size: 1, stride })
  return builder.batchNorm(`${module}.downsample.1`, projection)
}

function convolve(
  builder: NetworkBuilder,
  module: string,
  input: string,
  { filters, size, stride }: { readonly filters: number; readonly size: 1 | 3; readonly stride: number },
): string {
  const padding = (size - 1) / 2
  return builder.convolution(module, input, {
    filters,
    kernelSize: [size, size],
    stride: [stride, stride],
    padding: [padding, padding],
    isRepresented: size === 3,
  })
}
