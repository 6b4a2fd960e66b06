/** Every network of the zoo as PyTorch exports it to ONNX, imported, against the state dict of the same network. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { openFileSource } from '#formats/byte-source.ts'
import { readOnnx } from '#formats/onnx/reader.ts'
import { architectures } from '#networks/architectures.ts'
import { unwrap } from '#shared/basics/result.ts'
import { networkLogits } from '#test/support/network-logits.ts'
import { itWithPython, runPython } from '#test/support/python.ts'
import { seededParameters, seededTensor } from '#test/support/seeded-values.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** PyTorch takes seconds to start, more on a busy machine. */
vi.setConfig({ testTimeout: 240_000 })

const script = join(import.meta.dirname, '../../fixtures/networks/export_zoo.py')
const itWithTorch = itWithPython(['torch'])

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
})
afterAll(() => {
  executor.dispose()
})

describe.each(['cifar', 'imagenet'] as const)('of %s', (family) => {
  const zoo = architectures.filter((architecture) => architecture.family === family)

  itWithTorch('a network exported by PyTorch gives the logits of its state dict', async () => {
    const folder = temporaryFolder()
    runPython([script, folder, ...zoo.map(({ id }) => id)])
    for (const { id, build } of zoo) {
      const path = join(folder, `${id}.onnx`)
      const source = unwrap(await openFileSource(path))
      const imported = unwrap(await readOnnx(source))
      await source.close()
      rmSync(path)
      const network = build(family === 'cifar' ? 10 : 1000)
      const { channels, height, width } = network.inputShape
      const images = seededTensor('images', [1, channels, height, width], -1, 1)
      const expected = await networkLogits(executor, network, seededParameters(network), images)
      const found = await networkLogits(executor, imported.network, imported.parameters, images)
      // Relative, because random weights let the deepest networks grow to 1e10.
      const largest = Math.max(...expected.map(Math.abs))
      const differences = expected.map((logit, at) => Math.abs(logit - (found[at] ?? NaN)))
      expect(Math.max(...differences) / largest, id).toBeLessThan(1e-4)
    }
  })
})
