/**
 * What can carry out the mathematics of a job: the executors, the providers each of them has, their names for people,
 * and what the project's own tests ran on. Schemas, settings, doctor and the engine read these tables.
 */

/** The kinds of processor, under the names that ONNX Runtime gives its execution providers. */
export const providerTitles = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
} as const
export type ProviderName = keyof typeof providerTitles

interface ExecutorEntry {
  readonly title: string
  /** In the order in which they are listed. */
  readonly providers: readonly ProviderName[]
  /** Those that a test of the studio has run on; any other is never shown as working. */
  readonly verified: readonly ProviderName[]
}

export type ExecutorName = 'onnxruntime' | 'tensorflow' | 'reference'
export const executors: Readonly<Record<ExecutorName, ExecutorEntry>> = {
  onnxruntime: {
    title: 'ONNX Runtime',
    providers: ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'],
    verified: ['cpu'],
  },
  tensorflow: { title: 'TensorFlow (tfjs-node-gpu)', providers: ['cuda', 'cpu'], verified: [] },
  reference: { title: 'Reference (slow, for tests)', providers: ['cpu'], verified: ['cpu'] },
}

// Literals whose keys are exactly these names.
export const providerNames = Object.keys(providerTitles) as readonly ProviderName[]
export const executorNames = Object.keys(executors) as readonly ExecutorName[]
