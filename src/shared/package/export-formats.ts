import { z } from 'zod'

/** Forms of the reconstructed weights; their names are the endings of the files. */
export const weightFormats = ['safetensors', 'npz', 'onnx'] as const
export const weightFormatSchema = z.enum(weightFormats)
export type WeightFormat = (typeof weightFormats)[number]

/** Packages, one form a family of methods; their names with `.safetensors` are the endings of the files. */
export const packageFormats = ['nern', 'baseline', 'spectral'] as const
export type PackageFormat = (typeof packageFormats)[number]

/** What a completed compression can be exported as. */
export const exportFormats = [...packageFormats, 'loader', ...weightFormats, 'report'] as const
export const exportFormatSchema = z.enum(exportFormats)
export type ExportFormat = (typeof exportFormats)[number]

/** Those of a family whose runs end with such a package. */
export function exportFormatsOf(own: PackageFormat | undefined): readonly ExportFormat[] {
  return [...(own === undefined ? [] : [own, 'loader' as const]), ...weightFormats, 'report']
}

export function isPackageFormat(format: ExportFormat): format is PackageFormat {
  return packageFormats.some((known) => known === format)
}

/** What each is for, in one line. */
export const exportFormatTitles: Readonly<Record<ExportFormat, { readonly title: string; readonly use: string }>> = {
  nern: {
    title: 'Compressed package (.nern.safetensors)',
    use: 'The small file; plain Python turns it back into weights.',
  },
  baseline: {
    title: 'Package of the baseline (.baseline.safetensors)',
    use: 'The file whose bytes were counted; plain Python turns it back into weights.',
  },
  spectral: {
    title: 'Spectral package (.spectral.safetensors)',
    use: 'The small file; plain Python turns it back into weights.',
  },
  loader: {
    title: 'Reader for Python (nern_load.py)',
    use: 'One file beside the package that loads it; NumPy is all it needs.',
  },
  safetensors: {
    title: 'Weights (.safetensors)',
    use: 'The reconstructed network under its original tensor names.',
  },
  npz: { title: 'Weights (.npz)', use: 'The same tensors as NumPy arrays.' },
  onnx: {
    title: 'ONNX model (.onnx)',
    use: 'Ready to run: pixels of 0 to 1 in, logits out, any batch.',
  },
  report: {
    title: 'Report (.report.html and .json)',
    use: 'What was done and what came out, on one page without outside files.',
  },
}
