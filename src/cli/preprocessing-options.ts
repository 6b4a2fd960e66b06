import {
  parseChannelValues,
  preprocessingChangesSchema,
  preprocessingPresetIds,
  preprocessingPresets,
  type PreprocessingChanges,
} from '#shared/network/preprocessing.ts'
import { oneOf, text, toldDefault, wholeNumber, type OptionTable, type ValuesOf } from './option.ts'
import { UsageError } from './usage-error.ts'

const scales = ['1', '255'] as const

export const preprocessingOptions = {
  preprocessing: oneOf('NAME', preprocessingPresetIds, 'Normalise images with a usual mean and deviation.'),
  mean: text('R,G,B', 'Mean of each channel, or one number for all; together with --std.'),
  std: text('R,G,B', 'Standard deviation of each channel, or one number for all.'),
  scale: toldDefault(oneOf('MAXIMUM', scales, 'Pixel value that --mean and --std take for white.'), scales[0]),
  resize: wholeNumber(
    'PIXELS',
    0,
    'Scale the shorter side of images to this many pixels (8 to 1024); 0 leaves them as they are stored.',
  ),
} satisfies OptionTable

type PreprocessingValues = ValuesOf<typeof preprocessingOptions>

/** What the options say of a preprocessing, mean and deviation for pixels of 0 to 1. Throws `UsageError`. */
export function preprocessingFrom({
  preprocessing: presetId,
  mean,
  std,
  scale,
  resize,
}: PreprocessingValues): PreprocessingChanges {
  if ((mean === undefined) !== (std === undefined)) throw new UsageError('--mean and --std are given together.')
  if (presetId !== undefined && mean !== undefined) {
    throw new UsageError('--preprocessing says mean and deviation already.', 'Leave out --mean and --std, or it.')
  }
  const changes = {
    ...(presetId === undefined ? {} : normalisationOf(presetId)),
    ...(mean === undefined || std === undefined
      ? {}
      : { mean: channelValues('mean', mean, scale), standardDeviation: channelValues('std', std, scale) }),
    ...(resize === undefined ? {} : { resize }),
  }
  const parsed = preprocessingChangesSchema.safeParse(changes)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const [part] = issue?.path ?? []
  if (part === 'resize') throw new UsageError('--resize takes 0 (as stored) or 8 to 1024 pixels.')
  throw new UsageError(
    part === 'mean'
      ? '--mean takes values of 0 to 1: of pixels scaled to 0 to 1.'
      : '--std takes values above 0, 10 at most.',
    'For values in bytes add --scale 255, e.g. --mean 123,117,104 --std 1 --scale 255.',
  )
}

function normalisationOf(id: keyof typeof preprocessingPresets): PreprocessingChanges {
  const { mean, standardDeviation } = preprocessingPresets[id].preprocessing
  return { mean, standardDeviation }
}

function channelValues(option: 'mean' | 'std', given: string, scale: PreprocessingValues['scale']): number[] {
  const values = parseChannelValues(given, scale === '255' ? 255 : 1)
  if (values !== undefined) return values
  throw new UsageError(`--${option} takes numbers separated by commas, one for all channels or one each; got ${given}.`)
}
