/** The families of compression methods, as the trainer runs them. */
import { encodeNetwork } from './spectral/encode.ts'
import { encodeKernels } from './direct/direct-run.ts'
import type { LoadedNetwork } from '../weights/stored-network.ts'
import type { UntrainedConfig } from '#shared/forecast/tried-compression.ts'
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

type Encode<C> = (original: LoadedNetwork, sha256: string, config: C) => Promise<Uint8Array<ArrayBuffer>>

const encoders: { readonly [K in UntrainedConfig['kind']]: Encode<Extract<UntrainedConfig, { readonly kind: K }>> } = {
  baseline: encodeKernels,
  spectral: async (original, sha256, config) => (await encodeNetwork(original, sha256, config)).written,
}

/**
 * The package of a network that is compressed without data; a training that the configuration asks for is left out. Throws
 * `AppException` `invalid-config` for a size out of reach. @param sha256 of the network's file
 */
export function encodeUntrained<K extends UntrainedConfig['kind']>(
  original: LoadedNetwork,
  sha256: string,
  config: Extract<UntrainedConfig, { readonly kind: K }> & { readonly kind: K },
): Promise<Uint8Array<ArrayBuffer>> {
  return encoders[config.kind](original, sha256, config)
}
