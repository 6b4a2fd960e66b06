import type { Preprocessing, PreprocessingChanges } from '#shared/network/preprocessing.ts'
import { AppException } from '#shared/basics/result.ts'
import type { Network } from './network.ts'

/**
 * The preprocessing of a network, each part from the first source that says it, else the network's own. One value stands
 * for every channel. Throws `invalid-argument` when the values are not as many as the channels, or the images would be
 * resized to less than the network takes.
 */
export function completePreprocessing(
  { title, inputShape, preprocessing }: Pick<Network, 'title' | 'inputShape' | 'preprocessing'>,
  ...sources: readonly (PreprocessingChanges | undefined)[]
): Preprocessing {
  const { mean, standardDeviation, resize } = sources.toReversed().reduce<Preprocessing>(
    (rest, source) => ({
      mean: source?.mean ?? rest.mean,
      standardDeviation: source?.standardDeviation ?? rest.standardDeviation,
      resize: source?.resize ?? rest.resize,
    }),
    preprocessing,
  )
  const { channels } = inputShape
  const everyChannel = (part: string, values: readonly number[]): readonly number[] => {
    if (values.length === channels) return values
    const [value] = values
    if (values.length === 1 && value !== undefined) return new Array<number>(channels).fill(value)
    throw new AppException({
      code: 'invalid-argument',
      message: `${title} takes images of ${channels} channels; ${part} has ${values.length} values.`,
      where: `preprocessing.${part}`,
      remedy: `Give one value for all channels, or ${channels}.`,
    })
  }
  const least = Math.max(inputShape.height, inputShape.width)
  if (resize > 0 && resize < least) {
    throw new AppException({
      code: 'invalid-argument',
      message: `${title} takes images of ${least} pixels; they cannot be cut out of ones resized to ${resize}.`,
      where: 'preprocessing.resize',
      remedy: `Resize to at least ${least} pixels, or leave images as they are stored (0).`,
    })
  }
  return {
    mean: everyChannel('mean', mean),
    standardDeviation: everyChannel('standardDeviation', standardDeviation),
    resize,
  }
}
