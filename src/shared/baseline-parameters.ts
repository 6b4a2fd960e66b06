import { choice, precision, seedParameter, type ParameterDescription } from './parameter-controls.ts'

/** Every leaf of a baseline's configuration. */
export const baselineParameters: readonly ParameterDescription[] = [
  {
    path: 'method',
    title: 'Method',
    sentence: 'What is done to the kernels that a compression would represent.',
    group: 'Method',
    control: choice({ quantisation: 'Quantisation' }),
  },
  {
    path: 'quantisation.precision',
    title: 'Kernel precision',
    sentence: 'Precision of every weight; integers have a float16 scale a filter, clipped for the least squared error.',
    group: 'Method',
    control: choice({
      float16: '16-bit float',
      int8: '8-bit integer',
      int7: '7-bit integer',
      int6: '6-bit integer',
      int5: '5-bit integer',
      int4: '4-bit integer',
      int3: '3-bit integer',
      int2: '2-bit integer',
    }),
  },
  {
    path: 'storage.remainder',
    title: 'Remainder precision',
    sentence: 'Precision of what is no represented kernel: batch-norm, classifier, other layers.',
    group: 'Storage',
    control: precision,
  },
  {
    path: 'storage.entropyCoding',
    title: 'Entropy coding',
    sentence: 'Codes are range coded where that is shorter; without it they take exactly their bits.',
    group: 'Storage',
    control: { type: 'switch' },
  },
  seedParameter('Storage'),
]
