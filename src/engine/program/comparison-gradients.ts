/**
 * Gradients that tfjs-core lacks. Comparisons are constant almost everywhere, so theirs is zero (tfjs-core has it for
 * `GreaterEqual` alone, and refuses to differentiate what merely chooses by the others).
 */
import * as tf from '@tensorflow/tfjs-core'

const comparisons = ['Equal', 'NotEqual', 'Greater', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'] as const

export function registerComparisonGradients(): void {
  for (const kernelName of comparisons) {
    tf.registerGradient({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (_dy, [a, b]) => ({ a: () => zeros(a), b: () => zeros(b) }),
    })
  }
  tf.registerGradient({
    kernelName: 'LogicalNot',
    inputsToSave: ['x'],
    gradFunc: (_dy, [x]) => ({ x: () => zeros(x) }),
  })
}

function zeros(operand: tf.Tensor | undefined): tf.Tensor {
  return tf.zeros(operand?.shape ?? [])
}
