/** One split of a data set as trainings and evaluations read it: in memory when it is small, else from disk. */
import type { ImageShape } from './image-shape.ts'

export interface ImageSplit {
  /** One class index an image. */
  readonly labels: Uint16Array
  /** Of the stored images; a network may look at less. */
  readonly shape: ImageShape
  /** The images at these positions, in this order: uint8 [indices, channels, height, width]. */
  read(indices: ArrayLike<number>): Promise<Uint8Array>
}

/** @param images uint8 [labels, channels, height, width] */
export function splitInMemory(images: Uint8Array, labels: Uint16Array, shape: ImageShape): ImageSplit {
  const size = shape.channels * shape.height * shape.width
  return {
    labels,
    shape,
    async read(indices) {
      const gathered = new Uint8Array(indices.length * size)
      for (let i = 0; i < indices.length; i++) {
        const start = (indices[i] ?? 0) * size
        gathered.set(images.subarray(start, start + size), i * size)
      }
      return gathered
    },
  }
}

/** At most `count` images at equal distances: of a split that is stored class by class, a few of every class. */
export function spreadOver(split: ImageSplit, count: number): ImageSplit {
  const total = split.labels.length
  if (total <= count) return split
  const positions = Array.from({ length: count }, (_, i) => Math.floor((i * total) / count))
  return {
    labels: Uint16Array.from(positions, (position) => split.labels[position] ?? 0),
    shape: split.shape,
    read: (indices) => split.read(Array.from(indices, (index) => positions[index] ?? 0)),
  }
}
