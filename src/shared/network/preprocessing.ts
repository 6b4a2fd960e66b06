/**
 * How a stored image becomes the input of a network. It belongs to the network, which was trained with it, and not to the
 * images: weights with other preprocessing than their own know nothing. What every part of it means says
 * docs/preprocessing.md.
 */
import { z } from 'zod'

/** A value a channel, in the network's order: red, green, blue. */
const mostChannels = 16

export const preprocessingSchema = z.strictObject({
  /** Subtracted from pixels scaled to [0, 1]. */
  mean: z.array(z.number().min(0).max(1)).min(1).max(mostChannels).readonly(),
  /** What the difference is divided by. */
  standardDeviation: z.array(z.number().positive().max(10)).min(1).max(mostChannels).readonly(),
  /**
   * Shorter side in pixels to which images are resized before the centre that the network takes is cut out; 0 cuts it
   * out of the images as the data set stores them.
   */
  resize: z.union([z.literal(0), z.int().min(8).max(1024)]),
})
export type Preprocessing = Readonly<z.infer<typeof preprocessingSchema>>

/** What somebody says of a preprocessing; the rest stays as it is. */
export const preprocessingChangesSchema = preprocessingSchema.partial()
export type PreprocessingChanges = Readonly<z.infer<typeof preprocessingChangesSchema>>

export const preprocessingPresetIds = [
  'imagenet',
  'cifar10',
  'cifar100',
  'caffe-rgb',
  'zero-one',
  'minus-one-one',
] as const
export type PreprocessingPresetId = (typeof preprocessingPresetIds)[number]

interface PreprocessingPreset {
  readonly title: string
  /** Who uses it, in a few words. */
  readonly note: string
  readonly preprocessing: Preprocessing
}

function preset(
  title: string,
  note: string,
  mean: readonly number[],
  standardDeviation: readonly number[],
): PreprocessingPreset {
  return { title, note, preprocessing: { mean, standardDeviation, resize: 0 } }
}

export const preprocessingPresets: Readonly<Record<PreprocessingPresetId, PreprocessingPreset>> = {
  imagenet: preset('ImageNet', 'torchvision and the NeRN authors', [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  cifar10: preset('CIFAR-10', 'of its training images', [0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]),
  cifar100: preset('CIFAR-100', 'of its training images', [0.5071, 0.4865, 0.4409], [0.2673, 0.2564, 0.2762]),
  'caffe-rgb': preset(
    'Caffe, RGB',
    'bytes less 123, 117, 104',
    [123 / 255, 117 / 255, 104 / 255],
    [1 / 255, 1 / 255, 1 / 255],
  ),
  'zero-one': preset('0 to 1', 'pixels alone', [0, 0, 0], [1, 1, 1]),
  'minus-one-one': preset('-1 to 1', 'TensorFlow style', [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
}

/**
 * What a stored network has whose file names none, for ever: files of studios that knew no other are read with it. The
 * published weights and the NeRN authors use it for every data set, CIFAR included (method 4.3).
 */
export const defaultPreprocessing: Preprocessing = preprocessingPresets.imagenet.preprocessing

export function isSamePreprocessing(left: Preprocessing, right: Preprocessing): boolean {
  return (
    left.resize === right.resize &&
    left.mean.join() === right.mean.join() &&
    left.standardDeviation.join() === right.standardDeviation.join()
  )
}

/** The preset with this mean and deviation, whatever the size. */
export function presetOf({ mean, standardDeviation }: Preprocessing): PreprocessingPresetId | undefined {
  return preprocessingPresetIds.find((id) =>
    isSamePreprocessing({ ...preprocessingPresets[id].preprocessing }, { mean, standardDeviation, resize: 0 }),
  )
}

/** Scale of the numbers a person gives: 1 for pixels of 0 to 1, 255 for bytes. */
export type PixelScale = 1 | 255

/** Numbers separated by commas or blanks, brought to the scale of pixels of 0 to 1; undefined when they are none. */
export function parseChannelValues(text: string, scale: PixelScale): number[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  const values = words.map(Number)
  return values.length > 0 && values.every(Number.isFinite) ? values.map((value) => value / scale) : undefined
}

/** In one line, e.g. `ImageNet: mean 0.485, 0.456, 0.406; deviation 0.229, 0.224, 0.225`. */
export function formatPreprocessing(preprocessing: Preprocessing): string {
  const id = presetOf(preprocessing)
  const title = id === undefined ? '' : `${preprocessingPresets[id].title}: `
  const { mean, standardDeviation, resize } = preprocessing
  const size = resize === 0 ? '' : `; resized to ${resize} pixels`
  return `${title}mean ${formatChannelValues(mean)}; deviation ${formatChannelValues(standardDeviation)}${size}`
}

export function formatChannelValues(values: readonly number[]): string {
  return values.map((value) => String(Number(value.toPrecision(6)))).join(', ')
}
