import type { SizePartName } from '#shared/package/accounting.ts'

/** Title and colour of each part of the bytes, the same on every screen. */
export const partStyle: Readonly<Record<SizePartName, { readonly title: string; readonly token: string }>> = {
  predictor: { title: 'Predictor', token: '--series-1' },
  permutation: { title: 'Permutation', token: '--series-2' },
  kernels: { title: 'Kernels', token: '--series-6' },
  'batch-norm': { title: 'Batch-norm', token: '--series-3' },
  linear: { title: 'Classifier', token: '--series-4' },
  other: { title: 'Other layers', token: '--series-7' },
  header: { title: 'Header', token: '--series-8' },
}
