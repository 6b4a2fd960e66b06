/** Every compression that may answer the knob, with its size and what is expected of it. */
import { familyOf } from '../experiment/families.ts'
import { networkPresets } from '../experiment/presets.ts'
import type { BaselineConfig } from '../methods/direct/config.ts'
import { baselinePresets } from '../methods/direct/presets.ts'
import type { CompressConfig } from '../methods/nern/config.ts'
import type { SpectralConfig } from '../methods/spectral/config.ts'
import { spectralDefaults } from '../methods/spectral/defaults.ts'
import { spectralPresets } from '../methods/spectral/presets.ts'
import type { NetworkShape } from '../package/accounting.ts'
import type { Forecast } from './accuracy-band.ts'
import { damageOf, type CompressionFacts, type LossGroup } from './lesson.ts'
import type { TriedCompression, UntrainedConfig } from './tried-compression.ts'

export type CandidateConfig = CompressConfig | SpectralConfig | BaselineConfig

export interface CandidateOption {
  readonly config: CandidateConfig
  /** The method and its setting, for people. */
  readonly title: string
  readonly group: LossGroup
  readonly bytes: number
  readonly ratio: number
  readonly forecast: Forecast
  /** Of coding, where that was tried; the rest of a run is not in it. */
  readonly codingSeconds?: number
}

/** Ratios at which the coding of a network is tried; sizes between them follow from these. */
const triedRatios = [8, 11, 15, 20, 27, 36] as const
/** Presets with a training that need no more than minutes. */
const trainedPresetIds: ReadonlySet<string> = new Set([
  'spectral-distilled',
  'baseline-int4-distilled',
  'baseline-int3-distilled',
  'fast',
  'small',
])
/** Sizes between the tried ones, evenly spread over their logarithms. */
const sizesBetween = 80

/** What is tried on the weights of a network before anything is promised. */
export function configsToTry(): UntrainedConfig[] {
  return [...triedRatios.map(spectralOfRatio), ...untrainedBaselines]
}

const untrainedBaselines = baselinePresets.flatMap(({ config }) => (config.distillation.steps === 0 ? [config] : []))

function spectralOfRatio(ratio: number): SpectralConfig {
  return { ...spectralDefaults, size: { ...spectralDefaults.size, target: 'ratio', ratio } }
}

export interface OptionSources {
  readonly shape: NetworkShape
  /** Bytes of the original's parameters in float32. */
  readonly originalBytes: number
  /** Of `configsToTry`. */
  readonly tried: readonly TriedCompression[]
  readonly forecastOf: (group: LossGroup, damage: number | undefined) => Forecast
  /** Largest file that is of interest. */
  readonly mostBytes: number | undefined
}

/** Of all methods; none twice. */
export function candidateOptions(sources: OptionSources): readonly CandidateOption[] {
  const { tried } = sources
  const direct = tried.filter(({ config }) => !isSpectral(config))
  return [
    ...spectralOptions(sources),
    ...direct.map(({ config, bytes, ratio, distortion, seconds }) =>
      optionOf(sources, config, { bytes, ratio, distortion, codingSeconds: seconds }),
    ),
    ...trainedOptions(sources),
  ]
}

function isSpectral(config: CandidateConfig): config is SpectralConfig {
  return 'transform' in config
}

interface OptionFacts extends CompressionFacts {
  readonly bytes: number
  readonly codingSeconds?: number
}

function optionOf(
  { forecastOf }: OptionSources,
  config: CandidateConfig,
  { bytes, ratio, distortion, codingSeconds }: OptionFacts,
): CandidateOption {
  const family = familyOf(config)
  const group = family.lossGroup(config) ?? 'codes'
  return {
    config,
    title: family.nameOf(config, '').trim(),
    group,
    bytes,
    ratio,
    forecast: forecastOf(group, damageOf(group, { ratio, distortion })),
    ...(codingSeconds === undefined ? {} : { codingSeconds }),
  }
}

/** Codes take any size between the smallest and the largest that were tried; their distortion is read between these. */
function spectralOptions(sources: OptionSources): readonly CandidateOption[] {
  const { tried, originalBytes, mostBytes = Infinity } = sources
  const points = tried
    .filter(({ config, distortion }) => isSpectral(config) && distortion !== undefined)
    .toSorted((a, b) => a.bytes - b.bytes)
  const [smallest, largest] = [points[0], points.at(-1)]
  if (smallest === undefined || largest === undefined) return []
  const most = Math.min(largest.bytes, mostBytes)
  if (most < smallest.bytes) return []
  const sizes = Array.from({ length: sizesBetween }, (_, at) =>
    Math.floor(smallest.bytes * (most / smallest.bytes) ** (at / (sizesBetween - 1))),
  )
  return [...new Set(sizes)].map((bytes) => {
    const after = points.find((point) => point.bytes >= bytes) ?? largest
    const before = points.findLast((point) => point.bytes <= bytes) ?? smallest
    const share =
      before.bytes === after.bytes ? 0 : Math.log(bytes / before.bytes) / Math.log(after.bytes / before.bytes)
    const distortion = (before.distortion ?? 0) ** (1 - share) * (after.distortion ?? 0) ** share
    const config: SpectralConfig = { ...spectralDefaults, size: { ...spectralDefaults.size, target: 'bytes', bytes } }
    return optionOf(sources, config, {
      bytes,
      ratio: originalBytes / bytes,
      distortion,
      codingSeconds: Math.max(before.seconds, after.seconds),
    })
  })
}

/** Of the smallest codes that were tried: what a training makes is not asked to be smaller. */
const smallestTrainedShare = 0.7

/** Presets with a training, at the limit where a size can be chosen and is given. */
function trainedOptions(sources: OptionSources): readonly CandidateOption[] {
  const { shape, originalBytes, mostBytes, tried } = sources
  const codes = tried.filter(({ config }) => isSpectral(config)).map((one) => one.bytes)
  const leastBytes = smallestTrainedShare * Math.min(...codes)
  const distilled = spectralPresets.find(({ id }) => trainedPresetIds.has(id))
  return networkPresets
    .filter(({ id }) => trainedPresetIds.has(id))
    .flatMap(({ config }) => {
      const sized =
        config === distilled?.config && mostBytes !== undefined
          ? { ...distilled.config, size: { ...distilled.config.size, target: 'bytes' as const, bytes: mostBytes } }
          : config
      const bytes = familyOf(sized).expectedSizes(shape, sized)?.totalBytes
      if (bytes === undefined || bytes < leastBytes) return []
      return [optionOf(sources, sized, { bytes, ratio: originalBytes / bytes })]
    })
}
