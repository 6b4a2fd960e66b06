/** Names of what the distillation of codes trains, in the state of its program. */
export const nameOf = {
  /** Codes before they are rounded, [kernels, frequencies]. */
  codes: (layer: string) => `codes.${layer}`,
  /** Natural logarithms of the steps, [frequencies] or [1]. */
  steps: (layer: string) => `steps.${layer}`,
  /** Natural logarithms of the gains, [filters]. */
  gains: (layer: string) => `gains.${layer}`,
  bias: (parameter: string) => `bias.${parameter}`,
  /** Of a linear layer that is stored finely, [outputs, inputs]. */
  weight: (layer: string) => `weight.${layer}`,
  /** What one more in a code adds to the bits, [frequencies * slopes]. */
  slopes: (layer: string) => `slopes.${layer}`,
} as const
