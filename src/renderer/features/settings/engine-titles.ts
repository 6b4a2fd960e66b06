import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'

export const executorTitles: Readonly<Record<ExecutorChoice['executor'], string>> = {
  onnxruntime: 'ONNX Runtime',
  tensorflow: 'TensorFlow (tfjs-node-gpu)',
  reference: 'Reference (slow, for tests)',
}

export const providerTitles: Readonly<Record<ExecutorChoice['provider'], string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
}

/** Executor and provider as reported by the machine, in words; what is not known stays as it is. */
export function engineTitles(engine: { readonly executor: string; readonly provider: string }): {
  readonly executor: string
  readonly provider: string
} {
  return {
    executor: new Map(Object.entries(executorTitles)).get(engine.executor) ?? engine.executor,
    provider: new Map(Object.entries(providerTitles)).get(engine.provider) ?? engine.provider,
  }
}
