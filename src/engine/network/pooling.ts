/**
 * Pools of feature maps [B, C, H, W] as PyTorch computes them. TensorFlow.js pools with channels last only; compilation
 * cancels the transposes.
 */
import { tf } from '#engine/program/tfjs.ts'
import type { Pair, PoolingWindow } from '#networks/network.ts'
import { asMap } from './tensor-rank.ts'

type Paddings = [[0, 0], [number, number], [number, number], [0, 0]]

/** Windows along one axis. */
interface Windows {
  readonly count: number
  /** Pixels that the last window reaches over the end of the axis. */
  readonly paddedAfter: number
  /** Pixels of each window that an average counts, with padding and without. */
  readonly counted: readonly number[]
  readonly inside: readonly number[]
}

export function maximumPool(x: tf.Tensor4D, window: PoolingWindow): tf.Tensor4D {
  const { rows, columns } = windowsOf(x, window)
  const [top, left] = window.padding
  const paddings: Paddings = [
    [0, 0],
    [top, rows.paddedAfter],
    [left, columns.paddedAfter],
    [0, 0],
  ]
  return withChannelsLast(x, (images) => tf.maxPool(images, [...window.kernel], [...window.stride], paddings))
}

/** @param countsPadding whether zero padding counts as pixels; what lies beyond it never does */
export function averagePool(x: tf.Tensor4D, window: PoolingWindow, countsPadding: boolean): tf.Tensor4D {
  const { rows, columns } = windowsOf(x, window)
  const [top, left] = window.padding
  const padded = tf.pad(x, [
    [0, 0],
    [0, 0],
    [top, rows.paddedAfter],
    [left, columns.paddedAfter],
  ])
  const averaged = withChannelsLast(padded, (images) =>
    tf.avgPool(images, [...window.kernel], [...window.stride], 'valid'),
  )
  const key = countsPadding ? 'counted' : 'inside'
  const [height, width] = window.kernel
  const shares = rows[key].flatMap((row) => columns[key].map((column) => (height * width) / (row * column)))
  if (shares.every((share) => share === 1)) return averaged
  return asMap(tf.mul(averaged, tf.tensor(shares, [1, 1, rows.count, columns.count])))
}

/** Window i of n covers pixels floor(i * extent / n) up to ceil((i + 1) * extent / n). */
export function adaptiveAveragePool(x: tf.Tensor4D, [rows, columns]: Pair): tf.Tensor4D {
  const [batch, channels, height, width] = x.shape
  if (rows === height && columns === width) return x
  const across = tf.matMul(tf.reshape(x, [batch * channels * height, width]), averaging(width, columns), false, true)
  const turned = tf.transpose(tf.reshape(across, [batch * channels, height, columns]), [0, 2, 1])
  const down = tf.matMul(tf.reshape(turned, [batch * channels * columns, height]), averaging(height, rows), false, true)
  const result = tf.transpose(tf.reshape(down, [batch * channels, columns, rows]), [0, 2, 1])
  return asMap(tf.reshape(result, [batch, channels, rows, columns]))
}

/** [windows, extent], each row the weights of one window. */
function averaging(extent: number, windows: number): tf.Tensor2D {
  const weights = new Float32Array(windows * extent)
  for (let at = 0; at < windows; at++) {
    const start = Math.floor((at * extent) / windows)
    const end = Math.ceil(((at + 1) * extent) / windows)
    weights.fill(1 / (end - start), at * extent + start, at * extent + end)
  }
  return tf.tensor2d(weights, [windows, extent])
}

function withChannelsLast(x: tf.Tensor4D, pool: (images: tf.Tensor4D) => tf.Tensor4D): tf.Tensor4D {
  return asMap(tf.transpose(pool(asMap(tf.transpose(x, [0, 2, 3, 1]))), [0, 3, 1, 2]))
}

function windowsOf(x: tf.Tensor4D, { kernel, stride, padding, isRoundedUp }: PoolingWindow) {
  const [, , height, width] = x.shape
  return {
    rows: windowsAlong(height, kernel[0], stride[0], padding[0], isRoundedUp),
    columns: windowsAlong(width, kernel[1], stride[1], padding[1], isRoundedUp),
  }
}

function windowsAlong(extent: number, kernel: number, stride: number, padding: number, isRoundedUp: boolean): Windows {
  const steps = (extent + 2 * padding - kernel) / stride
  const rounded = (isRoundedUp ? Math.ceil(steps) : Math.floor(steps)) + 1
  // A window that starts in the padding after the axis would see no pixel.
  const count = isRoundedUp && (rounded - 1) * stride >= extent + padding ? rounded - 1 : rounded
  const starts = Array.from({ length: count }, (_, at) => at * stride - padding)
  return {
    count,
    paddedAfter: Math.max(0, (count - 1) * stride + kernel - padding - extent),
    counted: starts.map((start) => Math.min(start + kernel, extent + padding) - start),
    inside: starts.map((start) => Math.min(start + kernel, extent) - Math.max(start, 0)),
  }
}
