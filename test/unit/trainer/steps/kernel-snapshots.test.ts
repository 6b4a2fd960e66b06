import { expect, test } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { openKernelSample, openKernelSnapshot } from '#formats/kernel-history/reader.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { reconstructionErrors } from '#trainer/measure/reconstruction-errors.ts'
import { KernelSnapshots, snapshotSteps } from '#trainer/steps/kernel-snapshots.ts'

const shape = [2, 2, 1, 1] as const
const tensorsOf = (...values: number[]) => ({ conv: float32Tensor(shape, Float32Array.from(values)) })

test('snapshots lie close together where a phase begins, and never more than 22', () => {
  expect([...snapshotSteps(10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  const steps = [...snapshotSteps(1_000_000)]
  expect(steps.length).toBeLessThanOrEqual(22)
  expect([steps[1], steps.at(-1)]).toEqual([2, 1_000_000])
  expect([...snapshotSteps(0)]).toEqual([0])
})

test('the first of an attempt says which kernels are shown, and each is sent once', async () => {
  const sent: Extract<FromTrainer, { type: 'kernel-snapshot' }>[] = []
  const original = tensorsOf(1, 2, 3, 4)
  const snapshots = new KernelSnapshots({
    context: { send: (message) => void (message.type === 'kernel-snapshot' && sent.push(message)) },
    original,
    placesOf: () => Int32Array.of(3, 2, 1, 0),
  })
  const take = (done: number, weights: typeof original): void => {
    snapshots.reach({ phase: 'adding', done, total: 100 })
    const { layers } = reconstructionErrors(original, weights)
    snapshots.takeIfDue(done, weights, layers)
    snapshots.takeIfDue(done, weights, layers)
  }
  take(0, tensorsOf(0, 0, 0, 0))
  take(99, tensorsOf(9, 9, 9, 9))
  take(100, original)
  expect(sent.map(({ step, sample }) => [step, sample !== undefined])).toEqual([
    [0, true],
    [100, false],
  ])
  const [first, last] = sent
  const sample = unwrap(await openKernelSample(bytesSource(first?.sample ?? new Uint8Array(), 'sample')))
  const [layer] = sample.layers
  if (layer === undefined) throw new Error('there is no layer')
  expect(unwrap(await sample.readLayer(layer))).toEqual({
    original: Float32Array.of(1, 2, 3, 4),
    places: Int32Array.of(3, 2, 1, 0),
  })
  const read = async (bytes = new Uint8Array()) =>
    unwrap(await openKernelSnapshot(bytesSource(bytes, 'step'), sample.layers))
  expect(await read(first?.bytes)).toMatchObject({ step: 0, phase: 'adding', errors: [1] })
  expect(await read(last?.bytes)).toMatchObject({ step: 100, errors: [0] })
})
