/**
 * ResNets for 32 x 32 images (He et al. 2016, section 4.2), with the tensor names of the PyTorch weights in wide
 * use: conv1, bn1, layer{1..3}.{block}.{conv1, bn1, conv2, bn2}, linear; option B adds shortcut.0 (1 x 1
 * convolution) and shortcut.1 (batch-norm) where stages change.
 */
import { architectureTitle } from '#shared/network/architecture-catalogue.ts'
import { NetworkBuilder } from '../network-builder.ts'
import type { Network } from '../network.ts'
import { cifarImages } from './image-sizes.ts'

export interface CifarResnetOptions {
  /** 6n + 2: 20, 32, 44, 56 or 110. */
  readonly depth: number
  /** Shortcut where the width changes: `a` subsamples and pads with zero channels, `b` is a 1 x 1 projection. */
  readonly shortcut: 'a' | 'b'
  readonly classes: number
}

const stages = [
  { width: 16, stride: 1 },
  { width: 32, stride: 2 },
  { width: 64, stride: 2 },
] as const

/** Represented: every convolution, projections included; order and feature maps as in method 1.3, 3 and 11. */
export function cifarResnet({ depth, shortcut, classes }: CifarResnetOptions): Network {
  const blocks = (depth - 2) / 6
  const builder = new NetworkBuilder()
  const faithful: string[] = []
  const documented: string[] = []

  const image = builder.input(3)
  let x = builder.batchNorm('bn1', convolution3x3(builder, 'conv1', image, 16, 1))
  faithful.push(x)
  documented.push(x)
  x = builder.relu('relu1', x)

  stages.forEach(({ width, stride: stageStride }, stage) => {
    for (let block = 0; block < blocks; block++) {
      const module = `layer${stage + 1}.${block}`
      const stride = block === 0 ? stageStride : 1
      const bn1 = builder.batchNorm(`${module}.bn1`, convolution3x3(builder, `${module}.conv1`, x, width, stride))
      const relu1 = builder.relu(`${module}.relu1`, bn1)
      const bn2 = builder.batchNorm(`${module}.bn2`, convolution3x3(builder, `${module}.conv2`, relu1, width, 1))
      const sum = builder.add(`${module}.add`, bn2, shortcutOf(builder, module, x, width, stride, shortcut))
      documented.push(bn1, bn2, sum)
      // The authors' addition is in place, so what they stored as the output of bn2 is the sum (method 3).
      faithful.push(bn1, sum, sum)
      x = builder.relu(`${module}.relu2`, sum)
    }
  })

  return builder.build({
    architecture: `resnet${depth}-cifar-${shortcut}`,
    title: architectureTitle(`resnet${depth}-cifar-${shortcut}`),
    inputShape: cifarImages,
    classes,
    output: builder.linear('linear', builder.globalAveragePool('pool', x), classes),
    featureMaps: { faithful, documented },
  })
}

function convolution3x3(
  builder: NetworkBuilder,
  module: string,
  input: string,
  filters: number,
  stride: number,
): string {
  return builder.convolution(module, input, {
    filters,
    kernelSize: [3, 3],
    stride: [stride, stride],
    padding: [1, 1],
    isRepresented: true,
  })
}

function shortcutOf(
  builder: NetworkBuilder,
  module: string,
  input: string,
  width: number,
  stride: number,
  option: CifarResnetOptions['shortcut'],
): string {
  const channels = builder.channelsOf(input)
  if (stride === 1 && channels === width) return input
  if (option === 'a') {
    const added = (width - channels) / 2
    return builder.subsamplePad(`${module}.shortcut`, input, added, added)
  }
  const projection = builder.convolution(`${module}.shortcut.0`, input, {
    filters: width,
    kernelSize: [1, 1],
    stride: [stride, stride],
    isRepresented: true,
  })
  return builder.batchNorm(`${module}.shortcut.1`, projection)
}
