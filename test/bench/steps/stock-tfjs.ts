/** Eager TensorFlow.js on its own backends for the processor, as a program that adds no kernel would use it. */
import '@tensorflow/tfjs-backend-cpu'
import { createRequire } from 'node:module'
import { EagerExecutor } from '#engine/executors/eager-executor.ts'
import { tf } from '#engine/program/tfjs.ts'

const require = createRequire(import.meta.url)

export type StockBackend = 'wasm' | 'cpu'

/** Kernels of the full step's gradient that the WASM backend would have to have. */
const fullStepKernels = ['Conv2DBackpropFilter', 'Conv2DBackpropInput', 'UnsortedSegmentSum']

/** Of `fullStepKernels`, those the backend lacks. */
export function missingKernels(backend: StockBackend): readonly string[] {
  // tfjs-core types the absence away.
  return fullStepKernels.filter((name) => (tf.getKernel(name, backend) as unknown) === undefined)
}

export async function createStockExecutor(backend: StockBackend): Promise<EagerExecutor> {
  // The package's build for Node finds its binary beside itself, which a bundle would not have; it registers with the
  // same global engine.
  if (backend === 'wasm') require('@tensorflow/tfjs-backend-wasm')
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js cannot use its backend ${backend} here.`)
  return new EagerExecutor(
    {
      executor: 'reference',
      provider: 'cpu',
      name: backend,
      runtime: `@tensorflow/tfjs-backend-${backend} ${tf.version_core}`,
      threads: 1,
    },
    backend,
  )
}
