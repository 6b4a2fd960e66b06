/** What this feature says to people. */
export const baselinesTexts = {
  heading: (name: string) => `Baselines of ${name}`,
  description: 'The same kernels, stored in fewer bytes without a predictor: what a compression has to beat.',
  dataset: 'Data set',
  datasetSentence: 'Images for measuring accuracy.',
  noDataset: 'No data set in the library yet.',
  moreMethods: 'For other methods, fewer bits, or training before rounding:',
  runBaseline: 'Run a baseline',
  close: 'Close',
  compare: 'Compare',
  queueAmount: (amount: string) => `Queue ${amount}`,
  queueFailure: 'The baselines were not queued',
  queued: (amount: string) => `${amount} queued`,
} as const
