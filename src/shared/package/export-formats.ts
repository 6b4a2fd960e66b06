import { z } from 'zod'
import type { Family } from '../experiment/experiment-config.ts'

/** Forms of the reconstructed weights; their names are the endings of the files. */
export const weightFormats = ['safetensors', 'npz', 'onnx'] as const
export const weightFormatSchema = z.enum(weightFormats)
export type WeightFormat = (typeof weightFormats)[number]

/** What a completed compression or baseline can be exported as; each has a package of its own. */
export const exportFormats = ['nern', 'baseline', ...weightFormats, 'report'] as const
export const exportFormatSchema = z.enum(exportFormats)
export type ExportFormat = (typeof exportFormats)[number]

/** Those of one kind of experiment. */
export function exportFormatsOf(kind: Family): readonly ExportFormat[] {
  const other: ExportFormat = kind === 'baseline' ? 'nern' : 'baseline'
  return exportFormats.filter((format) => format !== other)
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
