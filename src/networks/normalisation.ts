/** How the bytes of an image become the numbers a network was trained on. It belongs to the network, not to the images. */

/** Of images scaled to [0, 1], a value a channel. */
export interface Normalisation {
  readonly mean: readonly number[]
  readonly standardDeviation: readonly number[]
}

/** What the authors and the published checkpoints use for every data set, CIFAR included (method 4.3). */
export const imagenetNormalisation: Normalisation = {
  mean: [0.485, 0.456, 0.406],
  standardDeviation: [0.229, 0.224, 0.225],
}
