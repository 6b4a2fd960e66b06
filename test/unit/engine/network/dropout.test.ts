import { describe, expect, test } from 'vitest'
import { dropoutMasks } from '#engine/network/dropout.ts'
import { networkForward } from '#engine/network/forward.ts'
import { trainOriginalProgram } from '#engine/training/original-training.ts'
import type { NamedTensors, Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import { NetworkBuilder } from '#networks/network-builder.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { runEagerly } from './run-eagerly.ts'

const batch = 500
const probability = 0.2

/** Averages of three channels, some of them dropped. */
function dropping() {
  const builder = new NetworkBuilder()
  const pooled = builder.globalAveragePool('pool', builder.input(3))
  return builder.build({
    architecture: 'dropping',
    title: 'Dropping',
    inputShape: { channels: 3, height: 1, width: 1 },
    classes: 3,
    output: builder.dropout('classifier.0', pooled, probability),
    featureMaps: { faithful: [], documented: [] },
  })
}

const network = dropping()
const images = float32Tensor([batch, 3, 1, 1], new Float32Array(batch * 3).fill(1))

function forward(mode: 'inference' | 'training'): Program {
  return {
    name: mode,
    inputs: { images, 'dropout.classifier.0': { shape: [batch, 3], dtype: 'float32' } },
    state: {},
    constants: {},
    build: (tensors: NamedTensors) => {
      const { logits } = networkForward(network, tensors, asMap(tensors['images'] ?? tf.scalar(0)), { mode })
      return { logits }
    },
  }
}

describe('dropout', () => {
  const masks = dropoutMasks(network, batch, Random.fromSeed(3, 'dropout 0'))

  test('drops its share of the features and makes up for it in the others', async () => {
    const { logits } = await runEagerly(forward('training'), { images, ...masks }, {})
    const kept = [...(logits?.data ?? [])].filter((value) => value !== 0)
    expect(new Set(kept)).toEqual(new Set([Math.fround(1.25)]))
    // 1,500 features: a standard deviation is one hundredth.
    expect(Math.abs(1 - kept.length / (3 * batch) - probability)).toBeLessThan(0.04)
  })

  test('is the identity in inference', async () => {
    const { logits } = await runEagerly(forward('inference'), { images, ...masks }, {})
    expect([...(logits?.data ?? [])]).toEqual([...images.data])
  })

  test('repeats with its random numbers and changes with them', () => {
    expect(dropoutMasks(network, batch, Random.fromSeed(3, 'dropout 0'))).toEqual(masks)
    expect(dropoutMasks(network, batch, Random.fromSeed(3, 'dropout 1'))).not.toEqual(masks)
  })

  test('asks for its mask as an input of a training step', () => {
    const sgd = { momentum: 0, nesterov: false, weightDecay: 0 }
    const smoothness = { form: 'cosine', weight: 0 } as const
    const options = { ...sgd, batch, labelSmoothing: 0, smoothness, isMixed: false }
    const program = trainOriginalProgram(network, options)
    expect(program.inputs['dropout.classifier.0']).toEqual({ shape: [batch, 3], dtype: 'float32' })
  })
})
