import { parameterSpecs } from '#engine/network/parameters.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { Network } from '#networks/network.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { named } from '../program/named.ts'
import { imageSpec, normaliseImages } from './images.ts'
import { networkForward } from './forward.ts'

export interface EvaluateOptions {
  /** Images a run; the caller pads the last batch. */
  readonly batch: number
  /** Values of all parameters that are not in the state. */
  readonly parameters: HostTensors
  /**
   * Parameters that live in the executor's state: `none` for an original network, `represented` for a reconstructed
   * one (the layers the predictor represents), `all` for a network in training. The rest are constants.
   */
  readonly inState: 'none' | 'represented' | 'all'
}

/**
 * Classifies a batch. Input `images`: [batch, channels, height, width], float32 of 0 to 255. Outputs `predictions`:
 * int32 [batch], lowest class among equals; `logits`: [batch, classes].
 */
export function evaluateProgram(network: Network, options: EvaluateOptions): Program {
  const { batch, parameters, inState } = options
  const { state, constants } = parameterSpecs(network, parameters, inState)
  return {
    name: `evaluate ${network.architecture}`,
    inputs: { images: imageSpec(network, batch) },
    state,
    constants,
    build(tensors) {
      const images = normaliseImages(named(tensors, 'images'), network.preprocessing)
      const { logits } = networkForward(network, tensors, images, { mode: 'inference' })
      return { predictions: tf.argMax(logits, 1), logits }
    },
  }
}
