/** Rows that compressions and baselines have in common: the images a step sees, and the two kinds of distillation. */
import { augmentationParameters, integer, real, type ParameterDescription } from './parameter-controls.ts'

export const imageBatchParameters: readonly ParameterDescription[] = [
  {
    path: 'distillation.dataBatch',
    title: 'Image batch',
    unit: 'images',
    sentence: 'Images in a step; more give steadier gradients and slower steps.',
    group: 'distillation-phase',
    control: integer(1, 4096, 16),
  },
  ...augmentationParameters('distillation.', 'distillation-phase', '; both networks see the blend'),
]

export const distillationWeights: readonly ParameterDescription[] = [
  {
    path: 'distillation.featureMapWeight',
    title: 'Weight of feature maps',
    sentence: 'Factor of feature-map distillation: the distance of normalised feature maps of both networks.',
    group: 'objective',
    control: real(0, 1e6, 0.0001),
  },
  {
    path: 'distillation.distillationWeight',
    title: 'Weight of distillation',
    sentence: 'Factor of knowledge distillation: the divergence of the softened outputs of both networks.',
    group: 'objective',
    control: real(0, 1e6, 0.001),
  },
]

export const temperature: ParameterDescription = {
  path: 'distillation.temperature',
  title: 'Temperature',
  sentence: 'Softens the outputs of both networks before they are compared; 1 changes nothing.',
  group: 'objective',
  control: real(0.1, 100, 0.1),
}
