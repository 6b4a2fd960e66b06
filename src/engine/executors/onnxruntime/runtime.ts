/** Loads ONNX Runtime's native package and knows what every provider needs. */
import type * as onnxruntime from 'onnxruntime-node'
import type { ProviderName } from '#shared/execution/executors.ts'
import { toAppError, AppException } from '#shared/basics/result.ts'

export type Runtime = typeof onnxruntime

const remedies: Readonly<Record<ProviderName, string>> = {
  cpu: 'Install the studio again: its copy of ONNX Runtime is damaged or made for another system.',
  webgpu: 'Install a graphics driver with Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS), or choose cpu.',
  cuda: 'On Linux x64 install CUDA 12, cuDNN 9 and the CUDA files of onnxruntime-node (docs/install.md), or choose webgpu or cpu.',
  dml: 'DirectML exists on Windows only; choose webgpu or cpu.',
  coreml: 'Core ML exists on macOS only; choose webgpu or cpu.',
}

/** Throws `AppException` `executor-unavailable` when the native package cannot be loaded. */
export async function loadRuntime(): Promise<Runtime> {
  try {
    const runtime = await import('onnxruntime-node')
    // Everything that goes wrong is also thrown; the native log would only repeat it on the terminal.
    runtime.env.logLevel = 'fatal'
    return runtime
  } catch (error) {
    const { code, message, remedy = '' } = toAppError(error)
    // The copy is whole: another one would not be loaded, either.
    if (code === 'out-of-memory') throw new AppException({ code, message, remedy }, { cause: error })
    throw unavailable('cpu', `onnxruntime-node cannot be loaded: ${message}`, error)
  }
}

/** Throws `AppException` `executor-unavailable` when this build of ONNX Runtime has no such provider. */
export function assertProvider(runtime: Runtime, provider: ProviderName): void {
  const names = runtime.listSupportedBackends().map(({ name }) => name)
  if (names.includes(provider)) return
  throw unavailable(provider, `ONNX Runtime was built without it for this system (it has ${names.join(', ')})`)
}

export function unavailable(provider: ProviderName, reason: string, cause?: unknown): AppException {
  return new AppException(
    {
      code: 'executor-unavailable',
      message: `Executor onnxruntime cannot use provider ${provider}: ${reason}`,
      remedy: remedies[provider],
    },
    { cause },
  )
}

export interface SessionSettings {
  readonly provider: ProviderName
  readonly threads: number
  /** `runtime` leaves it to ONNX Runtime; `spinLimit` when left out. */
  readonly spinMicroseconds?: number | 'runtime'
  /** Outputs that stay where they were computed, by their name in the model. */
  readonly residentOutputs?: readonly string[]
  /** Writes a profile of every node to a file with this prefix. */
  readonly profilePrefix?: string
}

/**
 * A thread that waits for the others of an operation burns its core for so long before it sleeps; ONNX Runtime's default is
 * about a millisecond. Where another program wants a core too, the one waited for does not run meanwhile: steps take a third
 * to a half longer, or twice as long. Alone on a machine the short wait costs up to a tenth (docs/performance.md).
 */
const spinLimit = 50

export function sessionOptions(settings: SessionSettings): onnxruntime.InferenceSession.SessionOptions {
  const { provider, threads, profilePrefix, residentOutputs = [], spinMicroseconds = spinLimit } = settings
  return {
    executionProviders: [{ name: provider }],
    // Steps are chains of operations: running several at once only makes them compete for the same cores.
    executionMode: 'sequential',
    interOpNumThreads: 1,
    ...(threads === 0 ? {} : { intraOpNumThreads: threads }),
    graphOptimizationLevel: 'all',
    // Without its arena ONNX Runtime takes every intermediate tensor from the system: 3 times slower.
    enableCpuMemArena: true,
    // A pattern is one more block of all intermediate tensors, beside the arena that the first run has filled: 150 to
    // 300 MiB for a step of ResNet-20 on images, and no faster.
    enableMemPattern: false,
    logSeverityLevel: 4,
    ...(spinMicroseconds === 'runtime'
      ? {}
      : { extra: { session: { intra_op: { spin_duration_us: String(spinMicroseconds) } } } }),
    ...(provider === 'webgpu'
      ? { preferredOutputLocation: Object.fromEntries(residentOutputs.map((name) => [name, 'gpu-buffer' as const])) }
      : {}),
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
  }
}
