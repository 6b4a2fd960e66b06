/** A network that no zoo knows, from its ONNX file through everything the studio does with a network. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openPackage } from '#formats/nern-package/reader.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import type { ImportedNetwork } from '#shared/protocol/commands/networks.ts'
import type { ExperimentRecord, NetworkDetail, NetworkRecord } from '#shared/protocol/records.ts'
import { answerOf, startCommand } from '#test/support/command-line.ts'
import { ModelWriter, sampleImages, variedOnnx } from '#test/support/onnx-models.ts'
import { itWithPython, pythonLoader, runPython } from '#test/support/python.ts'
import { trainerPath } from '#test/support/programs.ts'
import { fillStore } from '#test/support/real-trainer.ts'

/** Real training and several processes, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const settings = [
  ...['--set', 'predictor.hiddenSize=16', '--set', 'reconstruction.steps=20', '--set', 'distillation.steps=3'],
  ...['--set', 'distillation.dataBatch=4', '--set', 'representation.linearLayers=true'],
  ...['--set', 'storage.remainder=float32', '--threads', '1'],
]

let folder = ''
let storeFolder = ''
let file = ''
const studio = (...args: string[]) => answerOf(storeFolder, args, {}, trainerPath)
const failing = (...args: string[]) => startCommand(storeFolder, args, {}, trainerPath).ended
const at = (ending: string) => join(folder, 'made', `small-graph.${ending}`)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nern-test-'))
  storeFolder = join(folder, 'store')
  file = join(folder, 'varied.onnx')
  writeFileSync(file, variedOnnx(32))
  await fillStore(storeFolder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('imports a graph, and knows it again by its content', async () => {
  const network = (await studio('network', 'import', file)) as ImportedNetwork
  expect(network).toMatchObject({
    name: 'varied',
    architecture: expect.stringMatching(/^graph-[0-9a-f]{16}$/),
    title: 'ONNX graph with 5 convolutions',
    classes: 10,
    origin: { format: 'onnx', source: 'varied.onnx' },
  })
  expect(await studio('network', 'import', file, '--name', 'again')).toEqual({ ...network, isNew: false })
  const { shape, layers } = (await studio('network', 'show', 'varied')) as NetworkDetail
  // The 5 x 5 stem is not represented: nearly all weights are in 3 x 3 kernels.
  expect(shape.representedLayers.map(({ name }) => name)).toEqual([
    'grouped.weight',
    'reduced.weight',
    'expanded.weight',
    'last.weight',
  ])
  expect(layers).toHaveLength(6)
})

it('measures, compresses with distillation, and exports it in every format', async () => {
  expect(await studio('network', 'evaluate', 'varied', '--dataset', 'images')).toMatchObject({
    total: 32,
  })
  const run = ['run', '--network', 'varied', '--dataset', 'images', '--name', 'small graph', ...settings]
  const experiment = (await studio(...run)) as ExperimentRecord
  expect(experiment).toMatchObject({ status: 'completed', latestRun: { result: { kind: 'compress' } } })
  await studio('export', 'small graph', '--out', join(folder, 'made'))

  const opened = openPackage(readFileSync(at('nern.safetensors')), 'package')
  expect(opened).toMatchObject({
    ok: true,
    value: {
      description: {
        network: { architecture: expect.stringMatching(/^graph-/), graph: { classes: 10 } },
        layers: expect.arrayContaining([{ name: 'classifier', shape: [10, 12] }]),
      },
    },
  })
  const again = join(folder, 'again.safetensors')
  await studio('reconstruct', at('nern.safetensors'), '--out', again)
  expect(readFileSync(again).equals(readFileSync(at('safetensors')))).toBe(true)
})

it('exports the graph with the new weights, which other programs run', async () => {
  const images = new Tensor('float32', sampleImages([2, 3, 32, 32]), [2, 3, 32, 32])
  const session = await InferenceSession.create(at('onnx'))
  const { logits } = await session.run({ images })
  expect(logits?.dims).toEqual([2, 10])
  // Both forms of the reconstructed network come in again as one and the same.
  const imported = (await studio('network', 'import', at('safetensors'), '--name', 'reconstructed')) as NetworkRecord
  const original = (await studio('network', 'show', 'varied')) as NetworkDetail
  expect(imported.architecture).toBe(original.record.architecture)
  const graph = (await studio('network', 'import', at('onnx'), '--name', 'reconstructed graph')) as NetworkRecord
  expect(graph).toMatchObject({ parameters: imported.parameters, kernels: imported.kernels })
  const predictionsOf = async (name: string): Promise<Buffer> => {
    const path = join(folder, `${name}.predictions`)
    await studio('network', 'evaluate', name, '--dataset', 'images', '--predictions', path)
    return readFileSync(path)
  }
  expect(await predictionsOf('reconstructed')).toEqual(await predictionsOf('reconstructed graph'))
})

it('inspects the graph and what came of it', async () => {
  expect(await studio('inspect', file)).toMatchObject({
    kind: 'onnx',
    classes: 10,
    model: { opset: 17, producer: 'nern-studio' },
  })
  const checkpoint = await studio('inspect', at('safetensors'))
  expect(checkpoint).toMatchObject({ kind: 'checkpoint', architecture: expect.stringMatching(/^graph-/) })
  expect(await studio('inspect', at('nern.safetensors'))).toMatchObject({ kind: 'package' })
})

itWithPython(['numpy'])('gives plain Python the same weights', () => {
  const out = join(folder, 'python.safetensors')
  runPython([pythonLoader, at('nern.safetensors'), out])
  const read = (path: string) => {
    const content = readSafetensors(readFileSync(path), path)
    if (!content.ok) throw new Error(content.error.message)
    return content.value.tensors
  }
  const expected = read(at('safetensors'))
  const found = read(out)
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort())
  for (const [name, tensor] of expected) {
    const values = found.get(name)?.toFloat32() ?? new Float32Array()
    const differences = tensor.toFloat32().map((value, index) => Math.abs(value - (values[index] ?? NaN)))
    expect(Math.max(...differences), name).toBeLessThanOrEqual(1e-6)
  }
})

it('does not train it, and says so', async () => {
  const { code, stderr } = await failing('train', '--from', 'varied', '--dataset', 'images')
  expect(code).not.toBe(0)
  expect(stderr).toContain('does not train them')
})

it('refuses an architecture for a graph, and an operator it does not know, by name', async () => {
  const { stderr } = await failing('network', 'import', file, '--arch', 'resnet20-cifar-a', '--name', 'x')
  expect(stderr).toContain('describes its own network')
  const model = new ModelWriter()
  const unknown = join(folder, 'unknown.onnx')
  writeFileSync(unknown, model.bytes(model.node('Einsum', 'scores', ['images'])))
  const refused = await failing('network', 'import', unknown)
  expect(refused.stderr).toContain('unknown.onnx: node "scores": the operator "Einsum" is not known')
  expect(refused.stderr).toContain('Known operators: Add, ArgMax, AveragePool')
})
