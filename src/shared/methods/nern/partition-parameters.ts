import { mostSeededNumbers } from './config.ts'
import { choice, integer, real, type ParameterDescription } from '../../parameters/parameter-controls.ts'

/** How kernels are shared out among many small predictors. */
export const partitionParameters: readonly ParameterDescription[] = [
  {
    path: 'predictor.partition.by',
    title: 'Partition',
    sentence:
      'One predictor for all kernels, as published, or many of equal width, each for a part of them. Parts make large networks affordable: a step costs in proportion to the network, not its square.',
    group: 'predictor',
    control: choice({ none: 'One predictor', layers: 'Parts of layers', kernels: 'Parts of equal size' }),
  },
  {
    path: 'predictor.partition.kernels',
    title: 'Kernels per part',
    unit: 'kernels',
    sentence: 'Kernels that a part predicts, on average; ignored by one predictor.',
    group: 'predictor',
    control: integer(1, 262_144, 1024),
  },
  {
    path: 'predictor.partition.earlyEmphasis',
    title: 'Emphasis on early layers',
    sentence:
      'Gives layers of few kernels, mostly the early ones, smaller parts and so more of the predictor; 0 treats all kernels alike.',
    group: 'predictor',
    control: real(0, 1, 0.1),
  },
  {
    path: 'predictor.partition.inputs',
    title: 'Inputs of a part',
    sentence:
      'The embedding of the coordinate, or random numbers that a fixed generator gives for each kernel. Random numbers are not stored and need no permutation: none is made.',
    group: 'predictor',
    control: choice({ coordinates: 'Coordinates', seeded: 'Seeded random numbers' }),
  },
  {
    path: 'predictor.partition.numbers',
    title: 'Random numbers',
    unit: 'numbers',
    sentence: 'Random numbers for each kernel; ignored by coordinates.',
    group: 'predictor',
    control: integer(1, mostSeededNumbers, 4),
  },
]
