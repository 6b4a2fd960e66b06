/** What this feature says to people. */
export const preprocessingTexts = {
  asFileSays: 'From the file, or else the usual one',
  ownNumbers: 'Numbers of your own',
  preprocessing: 'Preprocessing',
  sentence:
    'Mean and deviation of the images it was trained on. With any other preprocessing the weights recognise nothing.',
  scale: 'Scale of the numbers',
  unitScale: 'Pixels of 0 to 1',
  byteScale: 'Bytes of 0 to 255',
  mean: 'Mean',
  meanSentence: 'Subtracted: red, green, blue.',
  deviation: 'Deviation',
  deviationSentence: 'Divided by: red, green, blue.',
  resize: 'Resized to',
  resizeSentence: 'Shorter side before the centre is cut out; 0 takes images as the data set stores them.',
  meanProblem: (scale: number) => `Values of 0 to ${scale}, one for all channels or one each.`,
  deviationProblem: 'Values above 0, one for all channels or one each.',
  resizeProblem: '0, or 8 to 1024 pixels.',
} as const
