/**
 * Runs programs eagerly on TensorFlow's C library through `@tensorflow/tfjs-node-gpu`, an optional dependency for
 * Linux and Windows machines with CUDA 11.
 */
import nodeUtil from 'node:util'
import { tf } from '#engine/program/tfjs.ts'
import { executors, type ProviderName } from '#shared/execution/executors.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { EagerExecutor } from './eager-executor.ts'
import type { Executor } from './executor.ts'

const packageName = '@tensorflow/tfjs-node-gpu'
const backendName = 'tensorflow'

/** Throws `AppException` `executor-unavailable` when the package is missing or lacks the wanted device. */
export async function createTensorflowExecutor(provider: ProviderName): Promise<Executor> {
  if (!executors.tensorflow.providers.includes(provider)) {
    throw unavailable(`it knows no provider ${provider}`, 'Choose cpu or cuda, or executor onnxruntime.')
  }
  restoreRemovedUtilities()
  try {
    // A variable keeps bundlers from resolving a package that may not be installed.
    const name: string = packageName
    await import(name)
  } catch (error) {
    throw unavailable(
      `${packageName} cannot be loaded (${firstLine(toAppError(error).message)})`,
      `Fetch its libraries with npm rebuild ${packageName} (docs/install.md; needs CUDA 11 and cuDNN 8), or choose executor onnxruntime.`,
      error,
    )
  }
  if (tf.findBackend(backendName) === null) {
    throw unavailable(
      `${packageName} was loaded, but registered no backend with the studio's TensorFlow.js`,
      `Install the version of ${packageName} that matches @tensorflow/tfjs-core 4.22.0.`,
    )
  }
  const used = usedDevice()
  if (provider === 'cuda' && used !== 'cuda') {
    throw unavailable(
      'TensorFlow found no CUDA device and would compute on the processor',
      'Install CUDA 11 and cuDNN 8 and their driver, or choose provider cpu.',
    )
  }
  return new EagerExecutor(
    {
      executor: 'tensorflow',
      provider: used,
      name: used === 'cuda' ? 'CUDA device' : 'processor',
      runtime: `tensorflow ${tf.version_core}`,
      threads: 0,
    },
    backendName,
  )
}

/** The device TensorFlow really computes on: without CUDA libraries the package quietly falls back. */
function usedDevice(): 'cpu' | 'cuda' {
  const backend: unknown = tf.findBackend(backendName)
  const isGpu = typeof backend === 'object' && backend !== null && 'isUsingGpuDevice' in backend
  return isGpu && backend.isUsingGpuDevice === true ? 'cuda' : 'cpu'
}

/** The package calls functions that Node.js 23 removed from `util`. */
function restoreRemovedUtilities(): void {
  const util: object = nodeUtil
  if (!('isNullOrUndefined' in util)) {
    Object.assign(util, { isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined })
  }
  if (!('isArray' in util)) Object.assign(util, { isArray: Array.isArray })
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text
}

function unavailable(reason: string, remedy: string, cause?: unknown): AppException {
  const message = `Executor tensorflow cannot be used: ${reason}`
  return new AppException({ code: 'executor-unavailable', message, remedy }, { cause })
}
