/** The families of compression methods, as the trainer runs them. */
import type { CompressionFamily, CompressionMethod } from './method.ts'
import { directCompression } from './direct/direct-compression.ts'
import { nern } from './nern/nern.ts'

export const compressionMethods: { readonly [F in CompressionFamily]: CompressionMethod<F> } = {
  compress: nern,
  baseline: directCompression,
}

export function compressionMethodOf<F extends CompressionFamily>({ kind }: { readonly kind: F }): CompressionMethod<F> {
  return compressionMethods[kind]
}
