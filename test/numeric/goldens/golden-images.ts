import { float32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { GoldenCase, numberList } from './golden-case.ts'
import { dirname, join } from 'node:path'
import type { Preprocessing } from '#shared/network/preprocessing.ts'

export interface GoldenImages {
  /** [B, C, H, W] */
  readonly normalised: HostTensor
  /** The same images as 0 to 255: normalising them gives `normalised` again, bit for bit. */
  readonly bytes: HostTensor
  readonly preprocessing: Preprocessing
  readonly labels: Int32Array
}

/** Images of the data folder beside the case, by their index in the test set. */
export function goldenImages(golden: GoldenCase, testIndices: readonly number[]): GoldenImages {
  const [path] = golden.dataFiles('00_images')
  if (path === undefined) throw new Error('there are no images beside the case')
  const data = new GoldenCase(dirname(join(golden.folder, path)))
  const rows = numberList(data.scalars['test_image_indices'])
  const [, channels = 0, height = 0, width = 0] = data.shape('input')
  const size = channels * height * width
  const all = data.values('input')
  const labels = data.indices('labels')
  const positions = testIndices.map((index) => {
    const position = rows.indexOf(index)
    if (position === -1) throw new Error(`test image ${index} is not among the stored ones`)
    return position
  })
  const values = new Float32Array(positions.length * size)
  positions.forEach((position, at) => values.set(all.subarray(position * size, (position + 1) * size), at * size))
  const mean = numberList(data.config['mean'])
  const standardDeviation = numberList(data.config['std'])
  const shape = [positions.length, channels, height, width]
  const bytes = values.map((value, at) => {
    const channel = Math.floor(at / (height * width)) % channels
    return Math.round((value * (standardDeviation[channel] ?? NaN) + (mean[channel] ?? NaN)) * 255)
  })
  return {
    normalised: float32Tensor(shape, values),
    bytes: float32Tensor(shape, bytes),
    preprocessing: { mean, standardDeviation, resize: 0 },
    labels: Int32Array.from(positions, (position) => labels[position] ?? -1),
  }
}
