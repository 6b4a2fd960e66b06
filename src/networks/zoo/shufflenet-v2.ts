/**
 * ShuffleNetV2 x1.0 for 32 x 32 images (Ma et al. 2018) with the tensor names of chenyaofo, which are torchvision's:
 * conv1.{0, 1}, stage{2, 3, 4}.{block}.{branch1, branch2}.{...}, conv5.{0, 1}, fc. The stem keeps the resolution and no
 * pool follows it.
 *
 * Represented: every convolution, as in MobileNetV2; depthwise ones are layers of one channel, [filters, 1, 3, 3].
 * Feature maps, in both readings: after the last batch-norm of the right branch of every block, of the stem and of the
 * last convolution.
 */
import { NetworkBuilder } from '../network-builder.ts'
import type { Network } from '../network.ts'
import { cifarImages } from './image-sizes.ts'

const stages = [
  { name: 'stage2', channels: 116, blocks: 4 },
  { name: 'stage3', channels: 232, blocks: 8 },
  { name: 'stage4', channels: 464, blocks: 4 },
] as const

export function shufflenetV2(architecture: string, title: string, classes: number): Network {
  const builder = new NetworkBuilder()
  const maps: string[] = []
  let x = pointwise(builder, 'conv1', 0, builder.input(3), 24, 3)
  maps.push('conv1.1')
  for (const { name, channels, blocks } of stages) {
    for (let block = 0; block < blocks; block++) {
      const module = `${name}.${block}`
      x = block === 0 ? reducing(builder, module, x, channels) : keeping(builder, module, x)
      maps.push(`${module}.branch2.6`)
    }
  }
  x = pointwise(builder, 'conv5', 0, x, 1024, 1)
  maps.push('conv5.1')
  return builder.build({
    architecture,
    title,
    inputShape: cifarImages,
    classes,
    output: builder.linear('fc', builder.globalAveragePool('pool', x), classes),
    featureMaps: { faithful: maps, documented: maps },
  })
}

/** Halves the resolution; both branches see all channels. */
function reducing(builder: NetworkBuilder, module: string, input: string, channels: number): string {
  const deep = depthwise(builder, `${module}.branch1`, 0, input, 2)
  const left = pointwise(builder, `${module}.branch1`, 2, deep, channels / 2, 1)
  const right = rightBranch(builder, module, input, channels / 2, 2)
  return builder.channelShuffle(module, builder.concat(`${module}.concat`, [left, right]), 2)
}

/** One half of the channels passes by. */
function keeping(builder: NetworkBuilder, module: string, input: string): string {
  const half = builder.channelsOf(input) / 2
  const left = builder.channelSlice(`${module}.left`, input, 0, half)
  const right = rightBranch(builder, module, builder.channelSlice(`${module}.right`, input, half, half), half, 1)
  return builder.channelShuffle(module, builder.concat(`${module}.concat`, [left, right]), 2)
}

function rightBranch(builder: NetworkBuilder, module: string, input: string, filters: number, stride: number): string {
  const branch = `${module}.branch2`
  const deep = depthwise(builder, branch, 3, pointwise(builder, branch, 0, input, filters, 1), stride)
  return pointwise(builder, branch, 5, deep, filters, 1)
}

/** Convolution of all channels, batch-norm and ReLU: the parts `at`, `at + 1` and `at + 2` of `module`. */
function pointwise(
  builder: NetworkBuilder,
  module: string,
  at: number,
  input: string,
  filters: number,
  size: 1 | 3,
): string {
  const padding = (size - 1) / 2
  const maps = builder.convolution(`${module}.${at}`, input, {
    filters,
    kernelSize: [size, size],
    padding: [padding, padding],
    isRepresented: true,
  })
  return builder.relu(`${module}.${at + 2}`, builder.batchNorm(`${module}.${at + 1}`, maps))
}

/** Depthwise 3 x 3 convolution and batch-norm: the parts `at` and `at + 1` of `module`. */
function depthwise(builder: NetworkBuilder, module: string, at: number, input: string, stride: number): string {
  const channels = builder.channelsOf(input)
  const maps = builder.convolution(`${module}.${at}`, input, {
    filters: channels,
    kernelSize: [3, 3],
    stride: [stride, stride],
    padding: [1, 1],
    groups: channels,
    isRepresented: true,
  })
  return builder.batchNorm(`${module}.${at + 1}`, maps)
}
