/** The one place that knows all executors. */
import { executorNames, executors, type ExecutorName, type ProviderName } from '#shared/execution/executors.ts'
import { assertNever, AppException, toAppError } from '#shared/basics/result.ts'
import type { Executor, ExecutorOptions } from './executor.ts'

export interface ExecutorListing {
  readonly executor: ExecutorName
  readonly provider: ProviderName
  readonly available: boolean
  /** Why it is not available, in the words of the libraries behind it. */
  readonly reason?: string
  /** What would make it available. */
  readonly remedy?: string
  /** False where no test of the studio has run on this kind of device yet. */
  readonly verified: boolean
  /** Name and version of the native runtime, e.g. `onnxruntime 1.30.0`; absent where it is not available. */
  readonly runtime?: string
}

/** Throws `AppException` `executor-unavailable` naming what is missing and what to do about it. */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  // Each executor is loaded only when chosen: the packages behind them are large, and one is optional.
  switch (options.executor) {
    case 'onnxruntime': {
      const { createOnnxRuntimeExecutor } = await import('./onnxruntime/onnxruntime-executor.ts')
      return createOnnxRuntimeExecutor(options)
    }
    case 'tensorflow': {
      const { createTensorflowExecutor } = await import('./tensorflow-executor.ts')
      return createTensorflowExecutor(options.provider)
    }
    case 'reference': {
      if (!executors.reference.providers.includes(options.provider)) {
        throw new AppException({
          code: 'executor-unavailable',
          message: `Executor reference cannot use provider ${options.provider}`,
          remedy: 'Choose provider cpu.',
        })
      }
      const { createReferenceExecutor } = await import('./reference/reference-executor.ts')
      return createReferenceExecutor()
    }
    default:
      return assertNever(options.executor)
  }
}

/** Tries every combination on this machine. */
export async function listExecutors(): Promise<readonly ExecutorListing[]> {
  const listings: ExecutorListing[] = []
  for (const executor of executorNames) {
    for (const provider of executors[executor].providers) listings.push(await tryOut(executor, provider))
  }
  return listings
}

async function tryOut(executor: ExecutorName, provider: ProviderName): Promise<ExecutorListing> {
  const verified = executors[executor].verified.includes(provider)
  try {
    const created = await createExecutor({ executor, provider, threads: 0 })
    created.dispose()
    return { executor, provider, available: true, verified, runtime: created.device.runtime }
  } catch (error) {
    const { message, remedy } = toAppError(error)
    return {
      executor,
      provider,
      available: false,
      verified,
      reason: message,
      ...(remedy === undefined ? {} : { remedy }),
    }
  }
}
