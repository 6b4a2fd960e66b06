import { bytesSource } from '#formats/byte-source.ts'
import { sampleKey, snapshotKey } from '#formats/kernel-history/names.ts'
import { openKernelSample, openKernelSnapshot } from '#formats/kernel-history/reader.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { ok, unwrap, type Result } from '#shared/basics/result.ts'
import { madeUpSample, madeUpSnapshot, sampledLayers } from '#test/support/made-up-kernels.ts'
import { mutateJson } from '../mutate-json.ts'
import type { FuzzedReader } from '../reader.ts'
import { partsOf, withHeader } from '../safetensors-parts.ts'

/** Snapshots of a run's kernels, and the file that says which they are. */
export const kernelHistory: FuzzedReader = {
  name: 'kernel-history',
  seeds: [madeUpSample(), madeUpSnapshot(3)],
  mutate(valid, random) {
    const { header, data } = partsOf(valid)
    if (random.integer(2) === 0) return withHeader(mutateJson(header, random), data)
    const read = unwrap(readSafetensors(valid, 'seed'))
    const metadata = Object.entries(read.metadata).map(([key, text]) => [key, mutateJson(JSON.parse(text), random)])
    return writeSafetensors(read.tensors, Object.fromEntries(metadata))
  },
  handmade: [
    writeSafetensors([]),
    writeSafetensors([], { [sampleKey]: '{' }),
    writeSafetensors([], { [snapshotKey]: '{"version":2}' }),
    // As long as no file of a history is.
    new Uint8Array(17 * 2 ** 20),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised(bytes) {
    const read = readSafetensors(bytes, 'fuzzed')
    return read.ok && (sampleKey in read.value.metadata || snapshotKey in read.value.metadata)
  },
  async read(bytes) {
    const source = bytesSource(bytes, 'fuzzed')
    const sample = await openKernelSample(source)
    if (sample.ok) return readAll(sample.value.layers.map((layer) => () => sample.value.readLayer(layer)))
    if (sample.error.code !== 'file-unsupported') return sample
    const snapshot = await openKernelSnapshot(source, sampledLayers)
    return snapshot.ok ? readAll(sampledLayers.map((layer) => () => snapshot.value.readLayer(layer))) : snapshot
  },
}

async function readAll(reads: readonly (() => Promise<Result<unknown>>)[]): Promise<Result<unknown>> {
  for (const read of reads) {
    const result = await read()
    if (!result.ok) return result
  }
  return ok(undefined)
}
