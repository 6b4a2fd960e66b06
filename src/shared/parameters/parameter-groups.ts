/** Groups of parameters: a form shows them one below the other, each under its heading. */
export const parameterGroupTitles = {
  'distillation-phase': 'Distillation phase',
  objective: 'Objective',
  method: 'Method',
  size: 'Size',
  coding: 'Coding',
  layers: 'Layers',
  storage: 'Storage',
  pruning: 'Pruning',
  predictor: 'Predictor',
  permutation: 'Permutation',
  'reconstruction-phase': 'Reconstruction phase',
  'quantisation-phase': 'Quantisation phase',
  'evaluation-and-storage': 'Evaluation and storage',
  'low-rank': 'Low rank',
  quantisation: 'Quantisation',
  'weight-sharing': 'Weight sharing',
  network: 'Network',
  training: 'Training',
  optimizer: 'Optimiser',
  evaluation: 'Evaluation',
} as const
export type ParameterGroupId = keyof typeof parameterGroupTitles
