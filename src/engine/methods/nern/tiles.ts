/**
 * Tiles: the weight of a layer of 1 x 1 kernels, [filters, channels], cut into squares of three filters by three channels. A
 * square is what a predictor gives for a coordinate, and half as wide a coordinate range lies behind it. What a square has
 * beyond the last filter or channel is in no weight.
 */
import { tf } from '#engine/program/tfjs.ts'
import { kernelShapeOf, predictedShapeOf, tileSize, type RepresentedShape } from '#shared/tensors/represented-shape.ts'

/** Values of a weight as its tiles, [filters / 3, channels / 3, 3, 3], zero beyond it. */
export function toTiles(values: ArrayLike<number>, shape: RepresentedShape): Float32Array {
  const [filters, channels] = kernelShapeOf(shape)
  const [down, across] = predictedShapeOf({ shape, tiled: true })
  const size = tileSize * tileSize
  const tiles = new Float32Array(down * across * size)
  for (let filter = 0; filter < filters; filter++) {
    for (let channel = 0; channel < channels; channel++) {
      const tile = Math.floor(filter / tileSize) * across + Math.floor(channel / tileSize)
      const within = (filter % tileSize) * tileSize + (channel % tileSize)
      tiles[tile * size + within] = values[filter * channels + channel] ?? 0
    }
  }
  return tiles
}

/** The weight out of rows of tiles, [tiles, 9]. */
export function fromTiles(rows: tf.Tensor, shape: RepresentedShape): tf.Tensor {
  const [filters, channels] = kernelShapeOf(shape)
  const [down, across] = predictedShapeOf({ shape, tiled: true })
  const squares = tf.transpose(tf.reshape(rows, [down, across, tileSize, tileSize]), [0, 2, 1, 3])
  const whole = tf.reshape(squares, [down * tileSize, across * tileSize])
  return tf.reshape(tf.slice(whole, [0, 0], [filters, channels]), [...shape])
}
