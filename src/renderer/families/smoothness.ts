export const smoothnessExplanation =
  'Mean cosine similarity of neighbouring kernels, from −1 to 1: higher is easier to predict'
