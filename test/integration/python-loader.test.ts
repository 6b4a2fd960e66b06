import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import { writePackage, type NernPackage } from '#formats/nern-package/writer.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { unwrap } from '#shared/basics/result.ts'
import { fuzzedFile } from '#test/fuzz/campaign.ts'
import { nernPackage } from '#test/fuzz/readers/nern-package.ts'
import { itWithPython, pythonLoader, runPython } from '#test/support/python.ts'
import { resnet20Package, type Resnet20Options } from '#test/support/resnet20-package.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { packagedWeights } from '#trainer/methods/nern/packaged-weights.ts'

const loadAllScript = join(import.meta.dirname, '../fixtures/networks/load_all.py')

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

/** The state dict by the studio itself. */
async function reconstructed(content: NernPackage): Promise<HostTensors> {
  return { ...readBack(content.kept), ...(await packagedWeights(executor, content)) }
}

/** The state dict by the Python file. */
function loadedByPython(bytes: Uint8Array): ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }> {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a.nern.safetensors'), bytes)
  runPython([pythonLoader, join(folder, 'a.nern.safetensors'), join(folder, 'out.safetensors')])
  const read = readSafetensors(readFileSync(join(folder, 'out.safetensors')), 'out.safetensors')
  if (!read.ok) throw new Error(read.error.message)
  return new Map(
    [...read.value.tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: tensor.toFloat32() }]),
  )
}

const variants: readonly Resnet20Options[] = [
  { mode: 'none', predictor: 'float16' },
  { mode: 'in-filter', predictor: 'float32', embedding: { type: 'fourier', levels: 10, seed: 0 } },
  { mode: 'cross-filter', predictor: 4, embedding: { type: 'positional', base: 1.25, levels: 40, fusion: 'concat' } },
  { mode: 'cross-filter', predictor: 8, embedding: { type: 'positional', base: 1.5, levels: 8, fusion: 'sum' } },
  { mode: 'in-filter', predictor: 3, blocks: 5 },
  { mode: 'cross-filter', predictor: 7, embedding: { type: 'one-hot' }, remainder: 'int8' },
  { mode: 'in-filter', predictor: 'float16', embedding: { type: 'one-hot' } },
  { mode: 'in-filter', predictor: 'float16', zeros: 0.5 },
  { mode: 'none', predictor: 'float32', zeros: 0.95 },
  { mode: 'cross-filter', predictor: 8, zeros: 0.9 },
  { mode: 'none', linearLayers: true, embedding: { type: 'one-hot' }, remainder: 'int8' },
  { mode: 'in-filter', predictor: 'float16', linearLayers: true },
  { mode: 'cross-filter', predictor: 8, linearLayers: true },
  { mode: 'none', predictor: 'float16', parts: 7, embedding: { type: 'seeded', numbers: 20, seed: 0 } },
  { mode: 'none', predictor: 6, parts: 5, embedding: { type: 'seeded', numbers: 16, seed: 4_294_967_301 } },
  { mode: 'cross-filter', predictor: 'float32', parts: 3 },
  { mode: 'cross-filter', predictor: 8, linearLayers: true, tiles: true },
  { mode: 'none', predictor: 'float16', linearLayers: true, tiles: true, embedding: { type: 'one-hot' } },
]

itWithPython(['numpy'])(
  'nern_load.py gives the same weights as the studio to 1e-6, for every kind of package',
  async () => {
    for (const options of variants) {
      const content = resnet20Package(options)
      const expected = await reconstructed(content)
      const loaded = loadedByPython(writePackage(content))
      expect([...loaded.keys()].sort(), JSON.stringify(options)).toEqual(Object.keys(expected).sort())
      for (const [name, { shape, data }] of Object.entries(expected)) {
        const found = loaded.get(name)
        expect(found?.shape, name).toEqual(shape)
        const largest = Array.from(data).reduce(
          (most, value, at) => Math.max(most, Math.abs(value - (found?.data[at] ?? NaN))),
          0,
        )
        expect(largest, `${name} of ${JSON.stringify(options)}`).toBeLessThanOrEqual(1e-6)
      }
    }
  },
)

itWithPython(['numpy'])('nern_load.py gives the same numbers of coded halves as of those that are not', () => {
  const fixtures = join(import.meta.dirname, '../fixtures/packages')
  const [plain, coded] = ['halves', 'coded-halves'].map((name) => {
    const bytes = readFileSync(join(fixtures, `${name}.nern.safetensors`))
    return { kept: readBack(unwrap(readPackage(bytes, name)).kept), loaded: loadedByPython(bytes) }
  })
  expect(coded).toEqual(plain)
  const kept = Object.entries(coded?.kept ?? {}).map(([name, { shape, data }]) => [name, { shape, data }])
  expect(Object.fromEntries(coded?.loaded ?? [])).toMatchObject(Object.fromEntries(kept))
})

itWithPython(['numpy'])('nern_load.py says what the images of the network need', () => {
  const folder = temporaryFolder()
  const content = resnet20Package()
  writeFileSync(join(folder, 'a.nern.safetensors'), writePackage(content))
  const program = 'import json, sys, nern_load; print(json.dumps(nern_load.preprocessing(sys.argv[1])))'
  const source = `import sys; sys.path.insert(0, ${JSON.stringify(dirname(pythonLoader))}); ${program}`
  const printed: unknown = JSON.parse(runPython(['-c', source, join(folder, 'a.nern.safetensors')]))
  expect(printed).toEqual(content.network.preprocessing)
})

itWithPython(['numpy'])('nern_load.py refuses a damaged package and says why', () => {
  const folder = temporaryFolder()
  const bytes = writePackage(resnet20Package())
  const at = bytes.length - 1
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(join(folder, 'a.nern.safetensors'), bytes)
  expect(() => runPython([pythonLoader, join(folder, 'a.nern.safetensors'), join(folder, 'out.npz')])).toThrow(
    /was changed: its checksum is another/,
  )
})

itWithPython(['numpy'])('nern_load.py takes hundreds of damaged packages as the studio does, or refuses them', () => {
  const folder = temporaryFolder()
  const damaged = Array.from({ length: 600 }, (_, at) => fuzzedFile(nernPackage, 1, at))
  const paths = damaged.map((bytes, at) => {
    const path = join(folder, String(at))
    writeFileSync(path, bytes)
    return path
  })
  const lines = runPython([loadAllScript, dirname(pythonLoader), ...paths])
    .trimEnd()
    .split('\n')
  expect(lines).toHaveLength(damaged.length)
  const answers = lines.map((line, at) => {
    // The script prints an object of this kind a line.
    const { error } = JSON.parse(line) as { readonly error?: string }
    return { error, read: readPackage(damaged[at] ?? new Uint8Array(), 'damaged') }
  })
  const isOfStreams = /coded stream|histogram/
  const wrong = answers.filter(({ error, read }) => {
    // Python's reader of JSON goes less deep.
    if (read.ok) return error !== undefined && !error.includes('RecursionError')
    return error === undefined && isOfStreams.test(read.error.message)
  })
  expect(wrong).toEqual([])
  expect(answers.filter(({ read }) => read.ok).length).toBeGreaterThan(20)
  expect(answers.filter(({ read }) => !read.ok && isOfStreams.test(read.error.message)).length).toBeGreaterThan(20)
})
