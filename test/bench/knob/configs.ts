/** Compressions that need no training, from harmless to ruinous, of every method. */
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import { directDefaults } from '#shared/methods/direct/defaults.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'

export interface RecordedConfig {
  /** The method and its setting, for people. */
  readonly method: string
  readonly config: SpectralConfig | BaselineConfig
}

type Direct = Partial<Pick<BaselineConfig, 'method' | 'quantisation' | 'weightSharing' | 'lowRank' | 'pruning'>>

function spectral(
  ratio: number,
  images: SpectralConfig['correction']['images'],
  transform: SpectralConfig['transform'] = 'cosine',
): RecordedConfig {
  return {
    method: `spectral ${ratio}x, transform ${transform}, correction ${images}`,
    config: {
      ...spectralDefaults,
      transform,
      size: { ...spectralDefaults.size, ratio },
      correction: { ...spectralDefaults.correction, images },
    },
  }
}

function direct(method: string, changes: Direct): RecordedConfig {
  return { method, config: { ...directDefaults, ...changes } }
}

const { weightSharing, lowRank, pruning } = directDefaults

export const recordedConfigs: readonly RecordedConfig[] = [
  ...[8, 10, 12, 15, 18, 22, 27, 33, 40].map((ratio) => spectral(ratio, 'batch-norms')),
  ...(['int8', 'int6', 'int5', 'int4', 'int3'] as const).map((precision) =>
    direct(`quantisation ${precision}`, { quantisation: { precision } }),
  ),
  ...[8, 12, 16, 22, 30, 40].map((ratio) => spectral(ratio, 'none')),
  ...[5, 4, 3, 2].map((bits) =>
    direct(`weight sharing ${bits} bits`, { method: 'weight-sharing', weightSharing: { ...weightSharing, bits } }),
  ),
  ...[8, 12, 18, 26].map((ratio) => spectral(ratio, 'batch-norms', 'none')),
  ...[0.99, 0.97, 0.95].map((share) =>
    direct(`low rank ${share} of the energy`, { method: 'low-rank', lowRank: { ...lowRank, share } }),
  ),
  ...[0.7, 0.5, 0.35].map((kept) =>
    direct(`pruning, ${kept} kept`, { method: 'pruning', pruning: { ...pruning, kept } }),
  ),
]
