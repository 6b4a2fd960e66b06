import type { KernelPreview } from '#shared/protocol/records.ts'
import { runTexts } from './texts.ts'

interface TitledKernels {
  readonly title: string
  readonly kernels: Float32Array
}

/** What of a layer is shown side by side. */
export function kernelPictures({
  original,
  reconstructed,
}: Pick<KernelPreview, 'original' | 'reconstructed'>): readonly TitledKernels[] {
  return [
    { title: runTexts.original, kernels: original },
    { title: runTexts.reconstructed, kernels: reconstructed },
    { title: runTexts.difference, kernels: reconstructed.map((weight, index) => weight - (original[index] ?? NaN)) },
  ]
}
