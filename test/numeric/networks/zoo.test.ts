/** Every network of the zoo against PyTorch: tensors, parameter counts and the logits of one image. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { architectures } from '#networks/architectures.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { networkLogits } from '#test/support/network-logits.ts'
import { seededParameters, seededTensor } from '#test/support/seeded-values.ts'

const schema = z.record(
  z.string(),
  z.object({
    parameters: z.int(),
    tensors: z.int(),
    sha256: z.string(),
    classes: z.int(),
    logits: z.array(z.number()),
    largest: z.number(),
  }),
)
const fixture = new URL('../../fixtures/networks/zoo.json', import.meta.url)
const pytorch = schema.parse(JSON.parse(readFileSync(fixture, 'utf8')))

/** Published by their authors (torchvision, chenyaofo, method 11). */
const publishedParameters: Readonly<Record<string, number>> = {
  'resnet18-imagenet': 11_689_512,
  'resnet34-imagenet': 21_797_672,
  'resnet50-imagenet': 25_557_032,
  'vgg16-bn-imagenet': 138_365_992,
  'squeezenet1_1-imagenet': 1_235_496,
  'mobilenetv2-imagenet': 3_504_872,
  'resnet20-cifar-b': 272_474,
}

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
})
afterAll(() => {
  executor.dispose()
})

test('PyTorch was asked about the whole zoo', () => {
  expect(Object.keys(pytorch).toSorted()).toEqual(architectures.map(({ id }) => id).toSorted())
})

describe.each(architectures.map(({ id, build }) => ({ id, build })))('$id', ({ id, build }) => {
  const expected = pytorch[id]
  if (expected === undefined) throw new Error(`the fixture lacks ${id}`)
  const network = build(expected.classes)

  test('has the tensors of PyTorch in their order, and as many parameters', () => {
    const listing = network.parameters.map(({ name, shape }) => `${name} ${shape.join('x')}\n`).join('')
    const trained = network.parameters.filter(({ role }) => role !== 'bn-mean' && role !== 'bn-variance')
    const parameters = trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    expect({
      tensors: network.parameters.length,
      sha256: createHash('sha256').update(listing).digest('hex'),
      parameters,
      published: publishedParameters[id] ?? parameters,
    }).toEqual({
      tensors: expected.tensors,
      sha256: expected.sha256,
      parameters: expected.parameters,
      published: parameters,
    })
  })

  test('gives the logits of PyTorch', { timeout: 120_000 }, async () => {
    const { channels, height, width } = network.inputShape
    const images = seededTensor('images', [1, channels, height, width], -1, 1)
    const logits = await networkLogits(executor, network, seededParameters(network), images)
    const step = Math.max(1, Math.floor(logits.length / 20))
    const kept = logits.filter((_, at) => at % step === 0)
    const differences = expected.logits.map((value, at) => Math.abs(value - (kept[at] ?? NaN)))
    expect(kept.length).toBe(expected.logits.length)
    // Relative, because random weights let the deepest networks grow to 1e10.
    expect(Math.max(...differences) / expected.largest).toBeLessThan(1e-4)
  })
})
