/**
 * VGG with batch-norm (Simonyan and Zisserman 2015) with torchvision's tensor names, which the CIFAR variants of
 * chenyaofo share: features.{n} and classifier.{0, 3, 6}. Every convolution is 3 x 3 with a bias.
 *
 * Represented: every convolution weight; biases, batch-norm and classifier are kept as they are.
 * Feature maps, in both readings: after the last batch-norm of every stage, before its ReLU and pool.
 */
import { NetworkBuilder } from '../network-builder.ts'
import type { Network } from '../network.ts'
import { cifarImages, imagenetImages } from './image-sizes.ts'

/** Convolutions in each of the five stages. */
const convolutions = { 11: [1, 1, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4] } as const
const widths = [64, 128, 256, 512, 512] as const

export type VggDepth = keyof typeof convolutions

interface VggOptions {
  readonly architecture: string
  readonly title: string
  readonly depth: VggDepth
  readonly family: 'cifar' | 'imagenet'
  readonly classes: number
}

export function vgg({ architecture, title, depth, family, classes }: VggOptions): Network {
  const builder = new NetworkBuilder()
  const maps: string[] = []
  let x = builder.input(3)
  // The number in `features` counts activations and pools, too.
  let at = 0
  convolutions[depth].forEach((count, stage) => {
    for (let convolution = 0; convolution < count; convolution++) {
      const maps3x3 = builder.convolution(`features.${at++}`, x, {
        filters: widths[stage] ?? 512,
        kernelSize: [3, 3],
        padding: [1, 1],
        hasBias: true,
        isRepresented: true,
      })
      const normalised = builder.batchNorm(`features.${at++}`, maps3x3)
      if (convolution === count - 1) maps.push(normalised)
      x = builder.relu(`features.${at++}`, normalised)
    }
    x = builder.maxPool(`features.${at++}`, x, 2)
  })
  const isCifar = family === 'cifar'
  return builder.build({
    architecture,
    title,
    inputShape: isCifar ? cifarImages : imagenetImages,
    classes,
    output: isCifar ? classifier(builder, x, 1, 512, classes) : imagenetClassifier(builder, x, classes),
    featureMaps: { faithful: maps, documented: maps },
  })
}

function imagenetClassifier(builder: NetworkBuilder, input: string, classes: number): string {
  return classifier(builder, builder.adaptiveAveragePool('avgpool', input, [7, 7]), 7 * 7, 4096, classes)
}

function classifier(builder: NetworkBuilder, input: string, pixels: number, width: number, classes: number): string {
  const hidden = (at: number, from: string): string => {
    const rectified = builder.relu(`classifier.${at + 1}`, builder.linear(`classifier.${at}`, from, width))
    return builder.dropout(`classifier.${at + 2}`, rectified, 0.5)
  }
  const flat = builder.flatten('flatten', input, pixels)
  return builder.linear('classifier.6', hidden(3, hidden(0, flat)), classes)
}
