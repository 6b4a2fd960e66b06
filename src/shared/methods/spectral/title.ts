import { formatExactBytes } from '../../basics/format.ts'
import { assertNever } from '../../basics/result.ts'
import type { SpectralConfig } from './config.ts'

/** A configuration in a few words, for names and tables: `spectral 15x`, `entropy QAT 20x, distilled`. */
export function spectralTitle(config: SpectralConfig): string {
  const method = config.transform === 'none' ? 'entropy QAT' : 'spectral'
  const title = `${method} ${sizeTitle(config)}`
  return config.distillation.steps > 0 ? `${title}, distilled` : title
}

/** `15x`, `65,536 bytes`, `step 0.03` */
function sizeTitle({ size }: SpectralConfig): string {
  switch (size.target) {
    case 'ratio':
      return `${size.ratio}x`
    case 'bytes':
      return formatExactBytes(size.bytes)
    case 'step':
      return `step ${size.step}`
    default:
      return assertNever(size.target)
  }
}
