import { expect, it, vi } from 'vitest'
import { openPackage, readPackage } from '#formats/nern-package/reader.ts'
import { storedValues } from '#shared/tensors/stored-tensor.ts'
import { lastCheckpoint, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { reconstructionSteps, smallCompressJob } from '#test/support/small-compress-job.ts'

vi.setConfig({ testTimeout: 300_000 })

/** Zeros of each weight matrix in a package, by name. */
function zerosIn(bytes: Uint8Array): Readonly<Record<string, number>> {
  const read = readPackage(bytes, 'package')
  if (!read.ok) throw new Error(read.error.message)
  const matrices = Object.entries(read.value.predictor).filter(([, { shape }]) => shape.length === 2)
  return Object.fromEntries(
    matrices.map(([name, tensor]) => [name, storedValues(tensor).data.filter((value) => value === 0).length]),
  )
}

/** Of the 16 x 16 weights of a hidden matrix. */
const pruned = Math.floor(0.6 * 256)

it.each(['distillation', 'storing'] as const)(
  'prunes the hidden matrices before %s, and no others',
  async (pruneBefore) => {
    const job = await smallCompressJob({ storage: { pruning: 0.6, pruneBefore } })
    const whole = await runInProcess(job)
    const { package: bytes } = resultOf('compress', whole)
    expect(zerosIn(bytes)).toEqual({
      'predictor.0.weight': 0,
      'predictor.1.weight': pruned,
      'predictor.2.weight': pruned,
      'predictor.3.weight': pruned,
      'predictor.4.weight': 0,
    })
    const opened = openPackage(bytes, 'package')
    const kinds = opened.ok ? opened.value.description.predictor.tensors.map(({ kind }) => kind) : []
    expect(kinds.filter((kind) => kind === 'sparse')).toHaveLength(3)

    const first = await runInProcess(job, { pauseAfter: reconstructionSteps + 3 })
    const second = await runInProcess(job, { checkpoint: lastCheckpoint(first) })
    expect(resultOf('compress', second).package).toEqual(bytes)
  },
)

it('holds pruned weights at zero while the predictor is trained as integers', async () => {
  const job = await smallCompressJob({
    quantisation: { steps: 4 },
    storage: { pruning: 0.6, pruneBefore: 'quantisation', predictor: 'int8' },
  })
  const { package: bytes } = resultOf('compress', await runInProcess(job))
  const zeros = zerosIn(bytes)
  for (const block of [1, 2, 3]) {
    // Of 8-bit codes, few of the weights that are left round to zero.
    expect(zeros[`predictor.${block}.weight`]).toBeGreaterThanOrEqual(pruned)
    expect(zeros[`predictor.${block}.weight`]).toBeLessThan(pruned + 26)
  }
  expect(zeros['predictor.0.weight']).toBeLessThan(0.1 * 240 * 16)
})
