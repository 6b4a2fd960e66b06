/** The families of compression methods, as the trainer runs them. */
import type { CompressionFamily, CompressionMethod } from './method.ts'
import { directMethods } from './direct/direct-methods.ts'
import { nern } from './nern/nern.ts'

export const compressionMethods: { readonly [F in CompressionFamily]: CompressionMethod<F> } = {
  compress: nern,
  baseline: directMethods,
}

export function compressionMethodOf<F extends CompressionFamily>({ kind }: { readonly kind: F }): CompressionMethod<F> {
  return compressionMethods[kind]
}
