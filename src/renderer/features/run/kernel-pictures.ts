import type { KernelPreview } from '#shared/protocol/records.ts'

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
    { title: 'Original', kernels: original },
    { title: 'Reconstructed', kernels: reconstructed },
    { title: 'Difference', kernels: reconstructed.map((weight, index) => weight - (original[index] ?? NaN)) },
  ]
}
