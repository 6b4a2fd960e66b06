import {
  spectralDescriptionSchema,
  spectralPackageVersions,
  type SpectralDescription,
} from '#shared/package/spectral-description.ts'
import type { PackageKind } from '../package-container/kind.ts'
import { descriptionDictionary } from './dictionary.ts'

/** The section with the coded stream of all layers. */
export const layersSection = 'layers'

export const spectralPackageKind: PackageKind<SpectralDescription> = {
  markKey: 'nern-spectral',
  versions: spectralPackageVersions,
  title: 'spectral package',
  origin: 'Give a .spectral.safetensors file written by `studio export` or `studio compress`.',
  schema: spectralDescriptionSchema,
  dictionary: new TextEncoder().encode(descriptionDictionary),
}
