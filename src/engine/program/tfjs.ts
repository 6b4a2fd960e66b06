/**
 * The one door to TensorFlow.js: `import { tf } from '#engine/program/tfjs.ts'`.
 *
 * The Node build of tfjs-core registers no gradients by itself, and a bundler may drop an import made only for its
 * effect; so gradients are registered here, and their presence is checked as soon as this module loads.
 */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients.js'
import { AppException } from '#shared/basics/result.ts'
import { registerComparisonGradients } from './comparison-gradients.ts'

// Silences the advice to install another package that the cpu backend prints at its first use.
tf.enableProdMode()

if (!tf.getGradient('Conv2D')) {
  throw new AppException({
    code: 'internal',
    message: 'TensorFlow.js was bundled without its gradients',
    remedy: 'Keep @tensorflow/tfjs-core/dist/register_all_gradients.js among the modules with side effects.',
  })
}

registerComparisonGradients()

export { tf }
