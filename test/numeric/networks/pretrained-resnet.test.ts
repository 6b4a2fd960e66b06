import '@tensorflow/tfjs-backend-cpu'
import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { networkForward } from '#engine/network/forward.ts'
import { tf } from '#engine/program/tfjs.ts'
import { readWeightsFile, type StateDict } from '#formats/weights-file/reader.ts'
import { matchArchitecture, type MatchedNetwork } from '#networks/matching.ts'
import type { Result } from '#shared/basics/result.ts'
import { itWithFiles, sharedPath } from '#test/unit/formats/support/shared-data.ts'

const images = sharedPath('method/goldens/00_images/tensors.safetensors')

describe.each([
  { file: 'resnet20-12fca82f.th', architecture: 'resnet20-cifar-a', golden: 'resnet20', count: 8 },
  { file: 'resnet56-4bfd9763.th', architecture: 'resnet56-cifar-a', golden: 'resnet56', count: 3 },
])('the published checkpoint $file', ({ file, architecture, golden, count }) => {
  const checkpoint = sharedPath(`data/cifar10-resnets/${file}`)
  const logitsFile = sharedPath(`data/cifar10-golden/${golden}_logits_first100_f32le.bin`)

  itWithFiles([checkpoint, logitsFile, images])('gives the logits of PyTorch on the first test images', async () => {
    const { tensors } = valueOf(await readWeightsFile(checkpoint))
    const matched = valueOf(matchArchitecture([...tensors].map(([name, { shape }]) => ({ name, shape }))))
    const input = valueOf(await readWeightsFile(images)).tensors.get('input')
    if (input === undefined) throw new Error(`${images} has no tensor input`)
    const logits = await forward(matched, tensors, input.toFloat32().subarray(0, count * 3 * 32 * 32), count)
    const expected = new Float32Array(new Uint8Array(readFileSync(logitsFile)).buffer).subarray(0, count * 10)
    const differences = [...expected].map((value, at) => Math.abs(value - (logits[at] ?? NaN)))
    expect(matched.network.architecture).toBe(architecture)
    // Logits are of size 10, and PyTorch adds up its convolutions in another order.
    expect(Math.max(...differences)).toBeLessThan(1e-4)
  })
})

async function forward(
  { network, rename }: MatchedNetwork,
  tensors: StateDict['tensors'],
  normalised: Float32Array,
  count: number,
): Promise<ArrayLike<number>> {
  await tf.setBackend('cpu')
  return tf.tidy(() => {
    const parameters = Object.fromEntries(
      [...rename].map(([fileName, name]) => {
        const tensor = tensors.get(fileName)
        if (tensor === undefined) throw new Error(`${fileName} is missing`)
        return [name, tf.tensor(tensor.toFloat32(), [...tensor.shape])]
      }),
    )
    const images = tf.tensor4d(normalised, [count, 3, 32, 32])
    return networkForward(network, parameters, images, { mode: 'inference' }).logits.dataSync()
  })
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
