/**
 * How a compression represents weights, in the words of documents and window. A family of methods shares the form of its
 * configuration (shared/experiment/experiment-config.ts).
 */
import type { BaselineConfig } from './direct/config.ts'
import type { CompressConfig } from './nern/config.ts'

/** Of a compression. `baseline` is none: it is the part a method plays beside another in a comparison. */
export const methods = ['nern', 'quantisation', 'weight-sharing', 'low-rank', 'pruning'] as const
export type Method = (typeof methods)[number]

/** Of an experiment that makes a package. */
export type CompressionConfig = CompressConfig | BaselineConfig

/** The method of the paper predicts kernels; its configurations, older than the others, do not name it. */
export function methodOf(config: CompressionConfig): Method {
  return 'method' in config ? config.method : 'nern'
}
