/** Graphs that torch.onnx.export writes, imported, against what PyTorch computes with the same network. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { openFileSource } from '#formats/byte-source.ts'
import { readOnnx } from '#formats/onnx/reader.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { AppException, type Result } from '#shared/basics/result.ts'
import { networkLogits } from '#test/support/network-logits.ts'
import { itWithPython, runPython } from '#test/support/python.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** PyTorch takes seconds to start, more on a busy machine. */
vi.setConfig({ testTimeout: 240_000 })

const script = join(import.meta.dirname, '../../fixtures/networks/export_onnx.py')
const schema = z.record(
  z.string(),
  z.object({ size: z.int(), image: z.array(z.number()), logits: z.array(z.number()) }),
)

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new AppException(result.error)
}

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => {
  executor.dispose()
})

/** Nodes that show what a pattern of many ONNX nodes was understood as. */
const understood: Readonly<Record<string, readonly string[]>> = {
  'option-a': ['conv', 'relu', 'subsample-pad', 'conv', 'add', 'relu', 'conv', 'add', 'relu'],
  'option-a-unfolded': ['conv', 'batch-norm', 'relu', 'subsample-pad', 'conv', 'batch-norm', 'add', 'relu'],
  shuffled: ['conv', 'relu6', 'channel-slice', 'channel-slice', 'conv', 'relu', 'conv', 'concat', 'channel-shuffle'],
  classified: ['conv', 'leaky-relu', 'max-pool', 'conv', 'hard-swish', 'max-pool', 'average-pool', 'flatten', 'linear'],
  excited: ['conv', 'relu', 'adaptive-average-pool', 'conv', 'relu', 'conv', 'sigmoid', 'multiply', 'conv'],
}

itWithPython(['torch'])('a graph exported by PyTorch gives the logits of PyTorch', async () => {
  const folder = temporaryFolder()
  runPython([script, folder])
  const expected = schema.parse(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')))
  expect(Object.keys(expected)).toHaveLength(7)
  for (const [name, { size, image, logits }] of Object.entries(expected)) {
    const source = valueOf(await openFileSource(join(folder, `${name}.onnx`)))
    const { network, parameters } = valueOf(await readOnnx(source))
    await source.close()
    const images = float32Tensor([1, 3, size, size], Float32Array.from(image))
    const found = await networkLogits(executor, network, parameters, images)
    const largest = Math.max(...logits.map((logit, at) => Math.abs(logit - (found[at] ?? NaN))))
    expect(largest, name).toBeLessThan(1e-4)
    const ops = network.nodes.map(({ op }) => op)
    expect(ops.slice(1, 1 + (understood[name]?.length ?? 0)), name).toEqual(understood[name] ?? [])
  }
})
