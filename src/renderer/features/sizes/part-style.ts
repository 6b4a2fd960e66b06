import type { SizePartName } from '#shared/package/accounting.ts'

/** Title and colour of each part of the bytes, the same on every screen. */
export const partStyle: Readonly<Record<SizePartName, { readonly title: string; readonly token: string }>> = {
  predictor: { title: 'Predictor', token: '--part-1' },
  permutation: { title: 'Permutation', token: '--part-2' },
  kernels: { title: 'Kernels', token: '--part-3' },
  'batch-norm': { title: 'Batch-norm', token: '--part-4' },
  linear: { title: 'Classifier', token: '--part-5' },
  other: { title: 'Other layers', token: '--part-6' },
  header: { title: 'Header', token: '--part-7' },
}
