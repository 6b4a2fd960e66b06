import { expect, test } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { sampleKey } from '#formats/kernel-history/names.ts'
import { openKernelSample, openKernelSnapshot } from '#formats/kernel-history/reader.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { unwrap } from '#shared/basics/result.ts'
import { sampledValues, sampleOf, type SampledLayer } from '#shared/tensors/kernel-sample.ts'
import { madeUpKernels, madeUpSample, madeUpSnapshot, sampledLayers } from '#test/support/made-up-kernels.ts'

const [conv, linear] = sampledLayers
if (conv === undefined || linear === undefined) throw new Error('there are no layers')

test('reads of a sample and of a snapshot what was written', async () => {
  const sample = unwrap(await openKernelSample(bytesSource(madeUpSample(), 'sample')))
  expect(sample.layers).toEqual(sampledLayers)
  expect(unwrap(await sample.readLayer(conv))).toEqual({
    original: madeUpKernels(conv, 0),
    places: Int32Array.of(5, 4, 3, 2, 1, 0),
  })
  const snapshot = unwrap(await openKernelSnapshot(bytesSource(madeUpSnapshot(7), 'step'), sampledLayers))
  expect(snapshot).toMatchObject({ step: 7, phase: 'reconstruction', errors: [0.5, Number.NaN] })
  expect(unwrap(await snapshot.readLayer(linear))).toEqual(madeUpKernels(linear, 7))
})

/** The sample with another description. */
function describedAs(layers: readonly object[]): Uint8Array {
  const { tensors } = unwrap(readSafetensors(madeUpSample(), 'sample'))
  return writeSafetensors(tensors, { [sampleKey]: JSON.stringify({ version: 1, layers }) })
}

test.each([
  ['another file', writeSafetensors([]), 'file-unsupported'],
  ['a text that is no description', writeSafetensors([], { [sampleKey]: '[]' }), 'file-corrupt'],
  ['a layer twice', describedAs([conv, conv]), 'file-corrupt'],
  ['a filter that the layer does not have', describedAs([{ ...conv, filters: [0, 4] }]), 'file-corrupt'],
  ['channels that are not in order', describedAs([{ ...conv, channels: [1, 0, 2] }]), 'file-corrupt'],
  ['more bytes than any has', new Uint8Array(17 * 2 ** 20), 'file-unsafe'],
] as const)('refuses %s', async (_, bytes, code) => {
  expect(await openKernelSample(bytesSource(bytes, 'sample'))).toMatchObject({ ok: false, error: { code } })
})

test('refuses kernels of another shape than the sample says, and a snapshot of another network', async () => {
  const other: SampledLayer = { ...conv, filters: [0], channels: [0, 1] }
  const sample = unwrap(await openKernelSample(bytesSource(describedAs([other]), 'sample')))
  expect(await sample.readLayer(other)).toMatchObject({ ok: false, error: { code: 'file-corrupt' } })
  const snapshot = await openKernelSnapshot(bytesSource(madeUpSnapshot(1), 'step'), [conv])
  expect(snapshot).toMatchObject({ ok: false, error: { code: 'file-corrupt' } })
})

test('spreads a sample over a layer, and takes the kernels that it names', () => {
  const layer = { name: 'wide', shape: [64, 3, 1, 1] } as const
  const [sample] = sampleOf([layer])
  if (sample === undefined) throw new Error('there is no sample')
  expect(sample.filters).toEqual(Array.from({ length: 16 }, (_, at) => 4 * at + 2))
  expect(sample.channels).toEqual([0, 1, 2])
  const values = sampledValues(
    Float32Array.from({ length: 192 }, (_, at) => at),
    sample,
  )
  expect([...values.subarray(0, 6)]).toEqual([6, 7, 8, 18, 19, 20])
})

test('keeps a snapshot of a network of any depth below 100 kB', () => {
  const layers = Array.from({ length: 200 }, (_, at) => ({ name: `${at}`, shape: [512, 512, 3, 3] }) as const)
  const values = sampleOf(layers).reduce((sum, { filters, channels }) => sum + filters.length * channels.length * 9, 0)
  expect(values * 2).toBeLessThan(100_000)
})
