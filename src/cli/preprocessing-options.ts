import type { ParseArgsOptionsConfig } from 'node:util'
import {
  parseChannelValues,
  preprocessingChangesSchema,
  preprocessingPresetIds,
  preprocessingPresets,
  type PreprocessingChanges,
} from '#shared/network/preprocessing.ts'
import { UsageError } from './command.ts'
import type { OptionValues } from './option-values.ts'

export const preprocessingUsage = `[--preprocessing ${preprocessingPresetIds.join('|')}] [--mean R,G,B --std R,G,B [--scale 255]] [--resize PIXELS]`

export const preprocessingOptions = {
  preprocessing: { type: 'string' },
  mean: { type: 'string' },
  std: { type: 'string' },
  scale: { type: 'string' },
  resize: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

const scales = ['1', '255'] as const

/** What the options say of a preprocessing, mean and deviation for pixels of 0 to 1. Throws `UsageError`. */
export function preprocessingFrom(options: OptionValues): PreprocessingChanges {
  const presetId = options.choice('preprocessing', preprocessingPresetIds)
  const mean = options.text('mean')
  const std = options.text('std')
  if ((mean === undefined) !== (std === undefined)) throw new UsageError('--mean and --std are given together.')
  if (presetId !== undefined && mean !== undefined) {
    throw new UsageError('--preprocessing says mean and deviation already.', 'Leave out --mean and --std, or it.')
  }
  const resize = options.integer('resize', 0)
  const changes = {
    ...(presetId === undefined ? {} : normalisationOf(presetId)),
    ...(mean === undefined || std === undefined
      ? {}
      : { mean: channelValues('mean', mean, options), standardDeviation: channelValues('std', std, options) }),
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

function channelValues(option: 'mean' | 'std', text: string, options: OptionValues): number[] {
  const scale = options.choice('scale', scales) === '255' ? 255 : 1
  const values = parseChannelValues(text, scale)
  if (values !== undefined) return values
  throw new UsageError(`--${option} takes numbers separated by commas, one for all channels or one each; got ${text}.`)
}
