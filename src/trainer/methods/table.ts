/** The families of compression methods, as the trainer runs them. */
import type { PackageFormat } from '#shared/package/export-formats.ts'
import type { CompressionFamily, CompressionMethod } from './method.ts'
import { directCompression } from './direct/direct-compression.ts'
import { nern } from './nern/nern.ts'
import { spectral } from './spectral/spectral.ts'

const compressionMethods: { readonly [F in CompressionFamily]: CompressionMethod<F> } = {
  compress: nern,
  baseline: directCompression,
  spectral,
}

/** By the format of their packages. */
export const packageMethods: Readonly<Record<PackageFormat, Pick<CompressionMethod<CompressionFamily>, 'decode'>>> = {
  nern,
  baseline: directCompression,
  spectral,
}

export function compressionMethodOf<F extends CompressionFamily>({ kind }: { readonly kind: F }): CompressionMethod<F> {
  return compressionMethods[kind]
}
