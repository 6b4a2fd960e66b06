import { executors, providerTitles, type ExecutorName } from '#shared/execution/executors.ts'

export { providerTitles }

export const executorTitles: Readonly<Record<ExecutorName, string>> = {
  onnxruntime: executors.onnxruntime.title,
  tensorflow: executors.tensorflow.title,
  reference: executors.reference.title,
}

/** Executor and provider as reported by the machine, in words; what is not known stays as it is. */
export function engineTitles(engine: { readonly executor: string; readonly provider: string }): {
  readonly executor: string
  readonly provider: string
} {
  return {
    executor: new Map(Object.entries(executorTitles)).get(engine.executor) ?? engine.executor,
    provider: new Map<string, string>(Object.entries(providerTitles)).get(engine.provider) ?? engine.provider,
  }
}
