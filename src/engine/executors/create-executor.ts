/** The one place that knows all executors. */
import { assertNever, AppException, toAppError } from '#shared/basics/result.ts'
import type { Executor, ExecutorName, ExecutorOptions, ProviderName } from './executor.ts'

export interface ExecutorListing {
  readonly executor: ExecutorName
  readonly provider: ProviderName
  readonly available: boolean
  /** Why it is not available and what would help. */
  readonly reason?: string
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
      if (options.provider !== 'cpu') {
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

const combinations: readonly { executor: ExecutorName; provider: ProviderName; verified: boolean }[] = [
  { executor: 'onnxruntime', provider: 'cpu', verified: true },
  { executor: 'onnxruntime', provider: 'webgpu', verified: false },
  { executor: 'onnxruntime', provider: 'cuda', verified: false },
  { executor: 'onnxruntime', provider: 'dml', verified: false },
  { executor: 'onnxruntime', provider: 'coreml', verified: false },
  { executor: 'tensorflow', provider: 'cuda', verified: false },
  { executor: 'tensorflow', provider: 'cpu', verified: false },
  { executor: 'reference', provider: 'cpu', verified: true },
]

/** Tries every combination on this machine. */
export async function listExecutors(): Promise<readonly ExecutorListing[]> {
  const listings: ExecutorListing[] = []
  for (const { executor, provider, verified } of combinations) {
    try {
      const created = await createExecutor({ executor, provider, threads: 0 })
      created.dispose()
      listings.push({ executor, provider, available: true, verified, runtime: created.device.runtime })
    } catch (error) {
      const { message, remedy } = toAppError(error)
      const reason = remedy === undefined ? message : `${message}. ${remedy}`
      listings.push({ executor, provider, available: false, reason, verified })
    }
  }
  return listings
}
