import type { ExecutorChoice } from '#shared/trainer-protocol.ts'

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
