import { packageFormats, type PackageFormat } from '#shared/package/export-formats.ts'
import { baselinePackageKind } from '../baseline-package/kind.ts'
import { nernPackageKind } from '../nern-package/description.ts'
import { spectralPackageKind } from '../spectral-package/kind.ts'
import { hasMark, type PackageKind } from './kind.ts'

const kinds: Readonly<Record<PackageFormat, Pick<PackageKind<never>, 'markKey'>>> = {
  nern: nernPackageKind,
  baseline: baselinePackageKind,
  spectral: spectralPackageKind,
}

/** The format of a package by the header of its safetensors file; undefined for a file that is no package. */
export function packageFormatOf(metadata: Readonly<Record<string, string>>): PackageFormat | undefined {
  return packageFormats.find((format) => hasMark(kinds[format], metadata))
}
