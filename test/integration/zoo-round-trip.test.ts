/**
 * Every network of the zoo with random weights, through the product's own jobs: imported, packaged with a small random
 * predictor, exported, and read again by the studio and by plain Python.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { storedFloatTensors } from '#engine/quantisation/stored-parameters.ts'
import { openFileSource } from '#formats/byte-source.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { float32View, type FileTensor } from '#formats/file-tensor.ts'
import { writePackage } from '#formats/nern-package/writer.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { architectures, type Architecture } from '#networks/architectures.ts'
import type { Network } from '#networks/network.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { PackagedLayer } from '#shared/package/package-description.ts'
import { unwrap } from '#shared/basics/result.ts'
import { madeUpPackage } from '#test/support/made-up-package.ts'
import { itWithPython, pythonLoader, runPython } from '#test/support/python.ts'
import { seededParameters } from '#test/support/seeded-values.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { resultOf } from '#test/support/trainer-job.ts'
import { loadNetwork, representedAndKept } from '#trainer/weights/stored-network.ts'

/** VGG-16 for ImageNet has 138 million weights, and the machine may be busy. */
vi.setConfig({ testTimeout: 600_000 })

/** Orders of more take long to make up, and are the same code. */
const mostOrderedKernels = 100_000

const itWithNumpy = itWithPython(['numpy'])

for (const architecture of architectures) {
  itWithNumpy(`${architecture.id} comes out as it came in, in the studio and in Python`, async () => {
    const folder = temporaryFolder()
    const { network, parameters } = await importedNetwork(folder, architecture)
    const packagePath = packaged(folder, network, parameters)
    const formats = ['safetensors', 'npz'] as const
    const outputs = formats.map((format) => ({ format, path: join(folder, `exported.${format}`) }))
    await resultOf<'export'>({ kind: 'export', packagePath, outputs })
    const exported = await tensorsOf(join(folder, 'exported.safetensors'))

    // What is kept is the original to the bit, and both formats hold the same.
    expect([...exported.keys()].sort()).toEqual(Object.keys(parameters).sort())
    const { kept } = representedAndKept({ network, parameters })
    expect(differing(kept, exported)).toEqual([])
    const archive = await tensorsOf(join(folder, 'exported.npz'))
    expect([...archive].filter(([name, { bytes }]) => !isEqual(bytes, exported.get(name)?.bytes))).toEqual([])
    expect(archive.size).toBe(exported.size)
    rmSync(join(folder, 'exported.npz'))

    const again = await importedFile(join(folder, 'exported.safetensors'), join(folder, 'again.safetensors'))
    expect(again).toMatchObject({ architecture: architecture.id, classes: network.classes })
    expect(
      differing((await loadNetwork({ ...again, path: join(folder, 'again.safetensors') })).parameters, exported),
    ).toEqual([])

    const byPython = join(folder, 'python.safetensors')
    runPython([pythonLoader, packagePath, byPython])
    expect(largestDifference(exported, await tensorsOf(byPython))).toBeLessThanOrEqual(1e-6)
  })
}

/** The network as the studio stores it, which is what its file holds, to the bit. */
async function importedNetwork(folder: string, { id, family, build }: Architecture) {
  const original = seededParameters(build(family === 'cifar' ? 10 : 1000))
  const source = join(folder, 'original.safetensors')
  // As data-parallel training leaves them.
  writeFileSync(source, writeSafetensors(Object.entries(original).map(([name, value]) => [`module.${name}`, value])))
  const stored = join(folder, 'stored.safetensors')
  const named = isAskedFor(id) ? { architecture: id } : {}
  const { architecture, classes } = await importedFile(source, stored, named)
  expect(architecture).toBe(id)
  const loaded = await loadNetwork({ path: stored, architecture, classes })
  expect(differing(original, await tensorsOf(stored))).toEqual([])
  rmSync(source)
  rmSync(stored)
  return loaded
}

/** Whether its tensors are those of another one as well, and no class count tells them apart: an import must be told. */
function isAskedFor(id: string): boolean {
  return id.startsWith('resnet18-cifar')
}

function importedFile(sourcePath: string, outputPath: string, named: { readonly architecture?: string } = {}) {
  return resultOf<'import-network'>({ kind: 'import-network', sourcePath, outputPath, preprocessing: {}, ...named })
}

/** A package with a predictor of a few numbers; all that is not represented is kept as it is. */
function packaged(folder: string, network: Network, parameters: HostTensors): string {
  const layers = network.representedLayers.map(({ name, shape }): PackagedLayer => ({ name, shape: [...shape] }))
  const kernels = layers.reduce((sum, { shape: [filters = 1, channels = 1] }) => sum + filters * channels, 0)
  const mode = kernels <= mostOrderedKernels ? 'in-filter' : 'none'
  const content = madeUpPackage({ layers, mode, hiddenSize: 8, predictor: 'float16' })
  const { architecture, classes, preprocessing } = network
  const bytes = writePackage({
    ...content,
    network: { ...content.network, architecture, classes, preprocessing },
    kept: storedFloatTensors(representedAndKept({ network, parameters }).kept, 'float32'),
  })
  const path = join(folder, 'network.nern.safetensors')
  writeFileSync(path, bytes)
  return path
}

async function tensorsOf(path: string): Promise<ReadonlyMap<string, FileTensor>> {
  const source = unwrap(await openFileSource(path))
  try {
    return unwrap(await readWeightsFile(source)).tensors
  } finally {
    await source.close()
  }
}

/** Names of tensors that are not there to the bit. */
function differing(expected: HostTensors, found: ReadonlyMap<string, FileTensor>): readonly string[] {
  return Object.entries(expected).flatMap(([name, { shape, data }]) => {
    const tensor = found.get(name)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return tensor?.shape.join() === shape.join() && isEqual(bytes, tensor.bytes) ? [] : [name]
  })
}

function isEqual(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return right !== undefined && Buffer.compare(left, right) === 0
}

/** NaN where a tensor is missing. */
function largestDifference(expected: ReadonlyMap<string, FileTensor>, found: ReadonlyMap<string, FileTensor>): number {
  let largest = 0
  for (const [name, tensor] of expected) {
    const other = found.get(name)
    const values = other === undefined ? new Float32Array() : float32View(other)
    float32View(tensor).forEach((value, at) => (largest = Math.max(largest, Math.abs(value - (values[at] ?? NaN)))))
  }
  return largest
}
