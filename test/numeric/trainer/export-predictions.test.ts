/**
 * A package, decoded by the studio, and the three files exported from it say the same of every test image: safetensors
 * imported again, npz to the bit, ONNX run by ONNX Runtime as another program would. NERN_EXPORT_IMAGES=2000 takes fewer
 * images than all.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { readBack, storedFloatTensors } from '#engine/quantisation/stored-parameters.ts'
import { bytesSource } from '#formats/byte-source.ts'
import { cifar10, IMAGE_BYTES } from '#formats/cifar/layout.ts'
import { parseLabels, recordsFromSheet, splitRecords } from '#formats/cifar/records.ts'
import { writeImageCache } from '#formats/image-cache/writer.ts'
import { writePackage, type NernPackage } from '#formats/nern-package/writer.ts'
import { openZip } from '#formats/zip/zip.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException, type Result } from '#shared/basics/result.ts'
import { madeUpPackage } from '#test/support/made-up-package.ts'
import { resultOf } from '#test/support/trainer-job.ts'
import { cifar10Folder, itWithFiles } from '#test/unit/formats/support/shared-data.ts'
import { splitInMemory } from '#trainer/data/image-split.ts'
import { evaluateSplit, evaluationBatchOf } from '#trainer/measure/evaluation.ts'
import { loadNetwork, type LoadedNetwork } from '#trainer/weights/stored-network.ts'
import { packagedWeights } from '#trainer/methods/nern/packaged-weights.ts'

vi.setConfig({ testTimeout: 600_000 })

const count = Number(process.env['NERN_EXPORT_IMAGES'] ?? 10_000)
const sheet = join(cifar10Folder, 'package', 'test_batch.png')
const labelFile = join(cifar10Folder, 'package', 'test_lables.json')
const sample = { path: 'resources/samples/resnet20-cifar10.safetensors', architecture: 'resnet20-cifar-b', classes: 10 }
/** Of a residual branch without which the network still knows most images, once its normalisation has no offset. */
const represented = 'layer1.1.conv2.weight'
const offsets = ['layer1.1.bn2.running_mean', 'layer1.1.bn2.bias']

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nern-export-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new AppException(result.error)
}

function testImages(): { readonly images: Uint8Array; readonly labels: Uint8Array } {
  const batch = cifar10.batches.find(({ isTest }) => isTest)
  if (batch === undefined) throw new Error('CIFAR-10 has no test images')
  const labels = parseLabels({ name: labelFile }, cifar10.classes, readFileSync(labelFile), batch.images)
  const records = recordsFromSheet({ name: sheet }, cifar10, batch, readFileSync(sheet), labels)
  const whole = { images: new Uint8Array(batch.images * IMAGE_BYTES), labels: new Uint8Array(batch.images) }
  splitRecords({ name: sheet }, cifar10, batch, records, whole, 0)
  return { images: whole.images.subarray(0, count * IMAGE_BYTES), labels: whole.labels.subarray(0, count) }
}

/** The sample network with one layer represented by a predictor of small random weights. */
function packaged({ network, parameters }: LoadedNetwork): NernPackage {
  const layer = network.representedLayers.find(({ name }) => name === represented)
  if (layer === undefined) throw new Error(`there is no ${represented}`)
  const content = madeUpPackage({
    layers: [{ name: layer.name, shape: [...layer.shape] }],
    hiddenSize: 16,
    predictor: 'float32',
    seed: 5,
  })
  const kept = Object.entries(parameters)
    .filter(([name]) => name !== represented)
    .map(([name, tensor]) => [name, offsets.includes(name) ? zeros(tensor) : tensor] as const)
  // Of the size that weights of this layer have; those of the made-up predictor are some 100 times larger.
  const predictor = Object.entries(content.predictor).map(([name, tensor]) => {
    const isLast = name.startsWith('predictor.2.') && tensor.kind === 'float32'
    return [name, isLast ? { ...tensor, values: tensor.values.map((value) => value * 0.01) } : tensor] as const
  })
  const { architecture, classes, preprocessing } = network
  return {
    ...content,
    predictor: Object.fromEntries(predictor),
    network: { ...content.network, architecture, classes, preprocessing },
    kept: storedFloatTensors(Object.fromEntries(kept), 'float32'),
  }
}

function zeros({ shape, data }: HostTensor): HostTensor {
  return float32Tensor(shape, new Float32Array(data.length))
}

/** Arrays of an npz file, all float32 (numpy's format 1.0: magic, version, length of a header, header, elements). */
async function arraysOf(path: string): Promise<ReadonlyMap<string, Float32Array>> {
  const archive = await openZip(bytesSource(new Uint8Array(readFileSync(path)), 'exported.npz'))
  const arrays = new Map<string, Float32Array>()
  for (const entry of archive.entries.values()) {
    const bytes = await archive.read(entry)
    const start = 10 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true)
    expect(new TextDecoder().decode(bytes.subarray(10, start))).toContain("'descr': '<f4'")
    arrays.set(entry.name.replace(/\.npy$/, ''), new Float32Array(bytes.slice(start).buffer))
  }
  return arrays
}

/** What ONNX Runtime answers for pixels of 0 to 1. */
async function onnxAnswers(path: string, images: Uint8Array): Promise<readonly number[]> {
  const session = await InferenceSession.create(path)
  const batch = 250
  const answers: number[] = []
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start)
    const bytes = images.subarray(start * IMAGE_BYTES, (start + size) * IMAGE_BYTES)
    const pixels = Float32Array.from(bytes, (byte) => byte / 255)
    const { logits } = await session.run({ images: new Tensor('float32', pixels, [size, 3, 32, 32]) })
    const values = (await logits?.getData()) as Float32Array
    for (let image = 0; image < size; image++) {
      const own = values.subarray(image * 10, (image + 1) * 10)
      answers.push(own.indexOf(Math.max(...own)))
    }
  }
  return answers
}

/** Classes by the studio's own evaluation of a state dict. */
async function studioAnswers(
  { network }: LoadedNetwork,
  parameters: HostTensors,
  { images, labels }: ReturnType<typeof testImages>,
): Promise<{ readonly classes: readonly number[]; readonly correct: number }> {
  const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  try {
    const options = { batch: evaluationBatchOf(network), parameters, inState: 'none' } as const
    const program = await executor.compile(evaluateProgram(network, options))
    const split = splitInMemory(images, Uint16Array.from(labels), { channels: 3, height: 32, width: 32 })
    const { predictions, correct } = await evaluateSplit(program, executor.createState({}), network, split, () =>
      Promise.resolve(),
    )
    return { classes: [...predictions], correct }
  } finally {
    executor.dispose()
  }
}

async function decoded(content: NernPackage): Promise<HostTensors> {
  const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  try {
    return { ...readBack(content.kept), ...(await packagedWeights(executor, content)) }
  } finally {
    executor.dispose()
  }
}

itWithFiles([sheet, labelFile])(`${count} test images are classified alike before and after every export`, async () => {
  const original = await loadNetwork(sample)
  const content = packaged(original)
  const packagePath = join(folder, 'sample.nern.safetensors')
  writeFileSync(packagePath, writePackage(content))
  const formats = ['safetensors', 'npz', 'onnx'] as const
  const pathOf = (format: (typeof formats)[number]): string => join(folder, `exported.${format}`)
  const outputs = formats.map((format) => ({ format, path: pathOf(format) }))
  await resultOf<'export'>({ kind: 'export', packagePath, outputs })

  const data = testImages()
  const parameters = await decoded(content)
  const before = await studioAnswers(original, parameters, data)
  // The images must tell something: the answers are neither those of the original nor all alike.
  expect(before.correct / count).toBeGreaterThan(0.5)
  expect(new Set(before.classes).size).toBe(10)

  const arrays = await arraysOf(pathOf('npz'))
  expect([...arrays.keys()].sort()).toEqual(Object.keys(parameters).sort())
  for (const [name, { data: values }] of Object.entries(parameters)) expect(arrays.get(name), name).toEqual(values)

  const description = {
    kind: 'cifar10' as const,
    classNames: cifar10.classNames ?? [],
    imageShape: [3, 32, 32] as const,
    splits: { train: { start: 0, count: 0 }, validation: { start: 0, count: 0 }, test: { start: 0, count } },
    evidence: 'test images of CIFAR-10',
  }
  const cache = valueOf(await writeImageCache(join(folder, 'images'), description, [data]))
  const path = join(folder, 'imported.safetensors')
  const { sha256 } = await resultOf<'import-network'>({
    kind: 'import-network',
    sourcePath: pathOf('safetensors'),
    outputPath: path,
    preprocessing: {},
  })
  const { evaluation } = await resultOf<'evaluate'>({
    kind: 'evaluate',
    network: { ...sample, path, sha256 },
    dataset: { path: join(folder, 'images'), sha256: cache.sha256 },
    split: 'test',
    limit: 0,
  })
  expect([...evaluation.predictions]).toEqual(before.classes)
  expect(await onnxAnswers(pathOf('onnx'), data.images)).toEqual(before.classes)
})
