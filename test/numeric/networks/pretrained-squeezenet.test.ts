import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { matchArchitecture } from '#networks/matching.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { networkLogits } from '#test/support/network-logits.ts'
import { seededTensor } from '#test/support/seeded-values.ts'
import { itWithFiles, sharedPath } from '#test/unit/formats/support/shared-data.ts'

const fixture = new URL('../../fixtures/networks/squeezenet.json', import.meta.url)
const sizes = z.record(z.string(), z.object({ logits: z.array(z.number()), largest: z.number() }))
const pytorch = sizes.parse(JSON.parse(readFileSync(fixture, 'utf8')))

const checkpoint = sharedPath('data/imagenet-sample/squeezenet1_1_imagenet_caffe_rgb.safetensors')

itWithFiles([checkpoint])('the published SqueezeNet is found and gives the logits of PyTorch', async () => {
  const file = await readWeightsFile(checkpoint)
  if (!file.ok) throw new Error(file.error.message)
  const { tensors } = file.value
  const matched = matchArchitecture([...tensors].map(([name, { shape }]) => ({ name, shape })))
  if (!matched.ok) throw new Error(matched.error.message)
  const { network, rename } = matched.value
  expect([network.architecture, network.classes]).toEqual(['squeezenet1_1-imagenet', 1000])
  const parameters = Object.fromEntries(
    [...tensors].map(([name, tensor]) => [rename.get(name) ?? name, float32Tensor(tensor.shape, tensor.toFloat32())]),
  )
  const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
  const differences: number[] = []
  for (const [size, { logits: expected, largest }] of Object.entries(pytorch)) {
    const extent = Number(size)
    const resized = { ...network, inputShape: { channels: 3, height: extent, width: extent } }
    const images = seededTensor(`images ${size}`, [1, 3, extent, extent], -120, 130)
    const logits = await networkLogits(executor, resized, parameters, images)
    differences.push(...expected.map((value, at) => Math.abs(value - (logits[at * 50] ?? NaN)) / largest))
  }
  executor.dispose()
  expect(Math.max(...differences)).toBeLessThan(1e-4)
})
