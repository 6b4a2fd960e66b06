import type { Family } from '#shared/experiment/experiment-config.ts'

interface KindTexts {
  readonly subtitle: string
  /** What the chosen network is for. */
  readonly network: string
  /** What the images are for. */
  readonly dataset: string
}

/** What the form says of each kind of experiment. */
export const textsOf: Readonly<Record<Family, KindTexts>> = {
  compress: {
    subtitle: 'Learn a predictor that maps the coordinates of kernels to their weights.',
    network: 'The original whose weights are represented.',
    dataset: 'Images for distillation and for measuring accuracy.',
  },
  baseline: {
    subtitle: 'Store the kernels themselves in fewer bytes: what a compression has to be better than.',
    network: 'The original whose kernels are stored; the same ones that a compression represents.',
    dataset: 'Images for measuring accuracy, and for distillation where there is one.',
  },
  train: {
    subtitle: 'Train a network; it becomes an original that can be compressed.',
    network: '',
    dataset: 'Images to train on and to measure accuracy with.',
  },
}
