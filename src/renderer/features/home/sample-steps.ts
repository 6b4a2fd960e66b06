import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import type { NetworkShape } from '#shared/package/accounting.ts'
import { cifar10Package } from '#shared/dataset/cifar10-package.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import { formatRatio } from '../../format/format.ts'
import { homeTexts } from './texts.ts'

/**
 * What the sample experiment does, in its three steps, with the sizes that its preset is expected to give; without them
 * as long as nobody knows the shape of the shipped network.
 */
export function sampleSteps(
  shape: NetworkShape | undefined,
): readonly { readonly title: string; readonly text: string }[] {
  const preset = compressPresets.find(({ config }) => config === fastConfig)
  const estimate =
    shape === undefined ? '' : homeTexts.expectedRatio(formatRatio(sizeBreakdown(shape, fastConfig).compressionRatio))
  return [
    { title: homeTexts.network, text: homeTexts.networkStep },
    { title: homeTexts.dataset, text: homeTexts.datasetStep(cifar10Package.megabytes) },
    { title: homeTexts.experiment, text: `${preset?.description ?? ''}${estimate}` },
  ]
}
