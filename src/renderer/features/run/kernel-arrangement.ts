/** Which kernels of a layer are shown, and in which order: what the Kernels card draws at every step. */
import type { LayerKernelHistory } from '#shared/protocol/kernel-history.ts'
import type { KernelLayout } from '../../charts/kernel-layout.ts'

/** `network`: rows are filters, columns channels. `path`: row by row along the path that the method follows. */
export type KernelOrder = 'network' | 'path'

export interface KernelArrangement {
  readonly layout: KernelLayout
  /** Index in the history of each kernel shown. */
  readonly kernels: readonly number[]
  /** The kernels shown, in the order of the path; absent without a permutation. */
  readonly path?: readonly number[]
}

/** Pixels of one weight in a picture before it is scaled: enough that gaps stay thin beside it. */
const weightPixels = 6

/** @param filter row of the history that is shown alone; all without one */
export function arrangement(
  { shape: [filters, channels, height, width], places }: Pick<LayerKernelHistory, 'shape' | 'places'>,
  order: KernelOrder,
  filter?: number,
): KernelArrangement {
  const all = Array.from({ length: filters * channels }, (_, at) => at)
  const wanted = filter === undefined ? all : all.filter((at) => Math.floor(at / channels) === filter)
  const placeOf = (at: number): number => places?.[at] ?? at
  const alongPath = wanted.toSorted((a, b) => placeOf(a) - placeOf(b))
  const kernels = order === 'path' ? alongPath : wanted
  const indexOf = new Map(kernels.map((kernel, at) => [kernel, at]))
  return {
    kernels,
    layout: {
      kernelShape: [height, width],
      count: kernels.length,
      columns: filter === undefined ? channels : Math.ceil(Math.sqrt(channels)),
      scale: weightPixels,
      gap: 3,
    },
    ...(places === undefined ? {} : { path: alongPath.map((kernel) => indexOf.get(kernel) ?? 0) }),
  }
}

/** Values of the kernels of an arrangement, in its order. */
export function arranged(values: Float32Array, { kernels, layout }: KernelArrangement): Float32Array {
  const [height, width] = layout.kernelShape
  const size = height * width
  const shown = new Float32Array(kernels.length * size)
  kernels.forEach((kernel, at) => shown.set(values.subarray(kernel * size, (kernel + 1) * size), at * size))
  return shown
}
