/** What the card of layers says to people. */
export const layerTexts = {
  title: 'Which layer hurts',
  note: 'accuracy with one layer exchanged',
  explanation:
    'Alone: lost by the original with only this layer replaced by its reconstruction. Put back: won by the reconstruction with only this layer as it was. A layer is its weight, its bias and the batch norm behind it.',
  otherMethod: 'This method treats all layers alike: the new experiment uses spectral codes.',
  measure: 'Measure layers',
  measuring: 'Measuring layers',
  failure: 'The layers were not measured',
  unreadable: 'The measured layers could not be read',
  cancel: 'Cancel',
  tryAgain: 'Try again',
  layer: 'Layer',
  weights: 'Weights',
  error: 'Error',
  alone: 'Lost alone, points',
  putBack: 'Won when put back, points',
  rest: 'everything that belongs to no layer',
  keepExact: 'Keep exact',
  finer: 'Finer',
  keepExactNamed: (name: string, size: string) => `Keep exact ${size}, ${name}`,
  finerNamed: (name: string, size: string) => `Finer ${size}, ${name}`,
  newTotal: 'In a new experiment',
  interval: (low: string, high: string) => `95 %: ${low} to ${high}`,
  shown: (images: string, split: string, original: string, reconstructed: string) =>
    `The first ${images} images of the ${split} split: original ${original}, reconstruction ${reconstructed}.`,
  notMeasured: (networks: number) =>
    `Two networks a layer and two more, ${networks} in all, are measured on these images.`,
} as const
