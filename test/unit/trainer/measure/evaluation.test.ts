import { describe, expect, it } from 'vitest'
import type { CompiledProgram, DeviceState } from '#engine/executors/executor.ts'
import { buildNetwork } from '#networks/architectures.ts'
import type { Network } from '#networks/network.ts'
import { float32Tensor, int32Tensor, sizeOf } from '#shared/tensors/host-tensor.ts'
import { unwrap } from '#shared/basics/result.ts'
import { splitInMemory } from '#trainer/data/image-split.ts'
import { evaluateSplit, evaluationBatchOf } from '#trainer/measure/evaluation.ts'
import { seededTensor } from '#test/support/seeded-values.ts'

const noState: DeviceState = { read: () => Promise.resolve({}), write() {}, dispose() {} }

/** Answers with the rows of `logits` in order, and for padding with the first row again. */
function answering(network: Network, logits: readonly Float32Array[]): CompiledProgram {
  const batch = evaluationBatchOf(network)
  let next = 0
  return {
    run() {
      const rows = Array.from({ length: batch }, (_, i) => logits[next + i] ?? logits[0] ?? new Float32Array())
      next += batch
      const all = Float32Array.from(rows.flatMap((row) => [...row]))
      return Promise.resolve({
        predictions: int32Tensor(
          [batch],
          Int32Array.from(rows, (row) => row.indexOf(Math.max(...row))),
        ),
        logits: float32Tensor([batch, network.classes], all),
      })
    },
    dispose() {},
  }
}

async function measure(classes: number, logits: readonly Float32Array[], labels: readonly number[]) {
  const network = unwrap(buildNetwork('resnet20-cifar-a', classes))
  const { inputShape } = network
  const images = new Uint8Array(labels.length * sizeOf([inputShape.channels, inputShape.height, inputShape.width]))
  const data = splitInMemory(images, Uint16Array.from(labels), inputShape)
  return evaluateSplit(answering(network, logits), noState, network, data, () => Promise.resolve())
}

describe('top-5 accuracy', () => {
  it('counts the images whose label has at most four classes before it, over several batches', async () => {
    const classes = 100
    const count = 303
    const values = seededTensor('logits', [count, classes], -3, 3).data
    const logits = Array.from({ length: count }, (_, i) =>
      Float32Array.from(values.subarray(i * classes, (i + 1) * classes)),
    )
    const labels = logits.map((row, i) => {
      const order = [...row.keys()].toSorted((a, b) => (row[b] ?? 0) - (row[a] ?? 0))
      return order[i % 12] ?? 0
    })
    const { correct, correctTop5, total } = await measure(classes, logits, labels)
    // Places 0 to 11 in turn: every twelfth image is right, five of twelve are among the five.
    expect({ correct, correctTop5, total }).toEqual({ correct: 26, correctTop5: 5 * 25 + 3, total: count })
  })

  it('puts the lower class first among equals, as top-1 does', async () => {
    const equal = new Float32Array(100)
    const labels = [0, 4, 5, 99]
    const found = await measure(
      100,
      labels.map(() => equal),
      labels,
    )
    expect(found).toMatchObject({ correct: 1, correctTop5: 2 })
  })

  it('is not measured for 20 classes or fewer', async () => {
    const measured = async (classes: number) => (await measure(classes, [new Float32Array(classes)], [1])).correctTop5
    expect(await measured(20)).toBeUndefined()
    expect(await measured(21)).toBe(1)
  })
})
