import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openFileSource } from '#formats/byte-source.ts'
import { openZip } from '#formats/zip/zip.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { openPackage } from '#formats/nern-package/reader.ts'
import type { ExperimentDetail } from '#shared/protocol/commands/experiments.ts'
import { exportFormatsOf } from '#shared/package/export-formats.ts'
import { pythonLines } from '#shared/package/python-lines.ts'
import type { ImportedNetwork } from '#shared/protocol/commands/networks.ts'
import type { CompressResult } from '#shared/protocol/records.ts'
import { Random } from '#shared/basics/random.ts'
import { answerBeforeTests, answerOf, runCommand, startCommand } from '#test/support/command-line.ts'
import { itWithPython, runPython } from '#test/support/python.ts'
import { trainerPath } from '#test/support/programs.ts'
import { fillStore } from '#test/support/real-trainer.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** Real training and several processes, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const loaderFolder = join(import.meta.dirname, '../../resources/python')
const logitsScript = join(import.meta.dirname, '../fixtures/networks/resnet20_logits.py')

const settings = [
  ...['--set', 'predictor.hiddenSize=24', '--set', 'reconstruction.steps=60', '--set', 'distillation.steps=2'],
  ...['--set', 'distillation.dataBatch=4', '--set', 'storage.remainder=float32', '--threads', '1'],
]

let storeFolder = ''
let out = ''
let result: CompressResult
let runFolder = ''
const at = (ending: string) => join(out, `A-B-small-run.${ending}`)
const prepare = (...args: string[]) => answerBeforeTests(storeFolder, args, trainerPath)
const studio = (...args: string[]) => answerOf(storeFolder, args, {}, trainerPath)

beforeAll(async () => {
  storeFolder = mkdtempSync(join(tmpdir(), 'nern-test-'))
  out = join(storeFolder, 'made', 'here')
  await fillStore(storeFolder)
  prepare('run', '--network', 'small', '--dataset', 'images', '--name', 'A/B "small" <run>', ...settings)
  const { record } = prepare('experiments', 'show', 'A/B "small" <run>') as ExperimentDetail
  if (record.latestRun?.result?.kind !== 'compress') throw new Error('the run made no result')
  result = record.latestRun.result
  runFolder = join(storeFolder, 'runs', record.latestRun.id)
  prepare('export', record.id, '--out', out)
})
afterAll(() => rmSync(storeFolder, { recursive: true, force: true }))

it('exports every format under one name, and nothing else', () => {
  const endings = exportFormatsOf('nern').flatMap((format) => {
    if (format === 'nern') return ['nern.safetensors']
    if (format === 'loader') return []
    return format === 'report' ? ['report.html', 'report.json'] : [format]
  })
  const named = endings.map((ending) => `A-B-small-run.${ending}`)
  expect(readdirSync(out).sort()).toEqual(['nern_load.py', ...named].sort())
})

it('shows the bytes of the file it writes, part by part', () => {
  const bytes = readFileSync(at('nern.safetensors'))
  expect(bytes).toEqual(readFileSync(join(runFolder, 'package.nern.safetensors')))
  expect(result.sizes.totalBytes).toBe(bytes.byteLength)
  expect(result.sizes.parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes.byteLength)
  const opened = openPackage(bytes, 'package')
  expect(opened).toMatchObject({ ok: true, value: { description: { accuracies: result.accuracies } } })
})

it('exports the very weights that accuracy was measured with', async () => {
  expect(readFileSync(at('safetensors')).equals(readFileSync(join(runFolder, 'reconstructed.safetensors')))).toBe(true)
  const read = readSafetensors(readFileSync(at('safetensors')), 'weights')
  if (!read.ok) throw new Error(read.error.message)
  const source = await openFileSource(at('npz'))
  if (!source.ok) throw new Error(source.error.message)
  const zip = await openZip(source.value)
  expect([...zip.entries.keys()].sort()).toEqual([...read.value.tensors.keys()].map((name) => `${name}.npy`).sort())
  for (const [name, { bytes }] of read.value.tensors) {
    const entry = zip.entries.get(`${name}.npy`)
    const content = entry === undefined ? new Uint8Array() : await zip.read(entry)
    expect(Buffer.from(content.subarray(content.byteLength - bytes.byteLength)).equals(bytes), name).toBe(true)
  }
  await source.value.close()
})

it('imports an export as npz to the very network that the export as safetensors is', async () => {
  const fromNpz = (await studio('network', 'import', at('npz'))) as ImportedNetwork
  expect(fromNpz).toMatchObject({ architecture: 'resnet20-cifar-b', origin: { format: 'npz' } })
  // A network is known by the content of its tensors.
  expect(await studio('network', 'import', at('safetensors'))).toEqual({ ...fromNpz, isNew: false })
})

it('reconstructs a package without a store, to the same bytes', async () => {
  const file = join(out, 'again.safetensors')
  const command = startCommand(
    storeFolder,
    ['reconstruct', at('nern.safetensors'), '--out', file, '--threads', '1'],
    {},
    trainerPath,
  )
  expect(await command.ended).toMatchObject({ code: 0 })
  expect(readFileSync(file).equals(readFileSync(at('safetensors')))).toBe(true)
})

it('inspects packages and checkpoints', async () => {
  const { sizeBytes, parts } = (await studio('inspect', at('nern.safetensors'))) as {
    sizeBytes: number
    parts: { bytes: number }[]
  }
  expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(sizeBytes)
  expect(sizeBytes).toBe(statSync(at('nern.safetensors')).size)
  expect(await studio('inspect', at('safetensors'))).toMatchObject({
    kind: 'checkpoint',
    architecture: 'resnet20-cifar-b',
    tensors: expect.objectContaining({ length: 107 }),
  })
})

it('verifies what was exported, and names what is damaged', async () => {
  const whole = ['nern.safetensors', 'safetensors', 'npz', 'onnx'].map(at)
  expect(await studio('verify', ...whole)).toMatchObject([
    { ok: true, kind: 'package', tensors: 107 },
    { ok: true, kind: 'weights', tensors: 107 },
    { ok: true, kind: 'weights', tensors: 107 },
    { ok: true, kind: 'onnx' },
  ])

  const damaged = (name: string, file: string, damage: (bytes: Buffer) => Buffer): string => {
    const path = join(out, name)
    writeFileSync(path, damage(readFileSync(at(file))))
    return path
  }
  const files = [
    damaged('flipped.nern.safetensors', 'nern.safetensors', (bytes) => {
      const place = bytes.length - 1000
      bytes[place] = (bytes[place] ?? 0) ^ 4
      return bytes
    }),
    damaged('empty.nern.safetensors', 'nern.safetensors', () => Buffer.alloc(0)),
    damaged('cut.safetensors', 'safetensors', (bytes) => bytes.subarray(0, bytes.length - 7)),
    damaged('not-a-number.safetensors', 'safetensors', (bytes) => {
      bytes.writeFloatLE(NaN, bytes.length - 8)
      return bytes
    }),
    damaged('cut.npz', 'npz', (bytes) => bytes.subarray(0, bytes.length / 2)),
    damaged('cut.onnx', 'onnx', (bytes) => bytes.subarray(0, bytes.length / 2)),
    join(out, 'nowhere.safetensors'),
  ]
  const { code, stdout } = await startCommand(storeFolder, ['verify', ...files, at('onnx'), '--json'], {}, trainerPath)
    .ended
  const verdicts = JSON.parse(stdout) as readonly { ok: boolean; error?: { code: string; message: string } }[]
  expect([code, verdicts.map(({ ok }) => ok)]).toEqual([1, [...files.map(() => false), true]])
  expect(verdicts.flatMap(({ error }) => error?.code ?? [])).not.toContain('internal')
  expect(verdicts[0]?.error?.message).toMatch(/expected CRC-32/)
  expect(verdicts[3]?.error?.message).toMatch(/1 of the \d+ values of .* are no numbers/)
})

describe('an export that cannot be', () => {
  const codeOf = async (args: readonly string[]) => {
    const { code, stdout } = await startCommand(storeFolder, [...args, '--json'], {}, trainerPath).ended
    return { exit: code, ...(JSON.parse(stdout) as { error?: { code: string; remedy?: string } }) }
  }

  it('leaves existing files alone unless told to replace them', async () => {
    const before = statSync(at('nern.safetensors')).mtimeMs
    const args = ['export', 'A/B "small" <run>', '--out', out, '--format', 'nern']
    expect(await codeOf(args)).toMatchObject({ exit: 1, error: { code: 'already-exists' } })
    expect(statSync(at('nern.safetensors')).mtimeMs).toBe(before)
    expect(await codeOf([...args, '--force'])).toMatchObject({ exit: 0 })
  })

  it('refuses a run without a package and says to run it again', async () => {
    const bare = temporaryFolder()
    await fillStore(bare)
    await answerOf(bare, ['run', '--network', 'small', '--dataset', 'images', '--name', 'old', ...settings])
    const [run = ''] = readdirSync(join(bare, 'runs'))
    rmSync(join(bare, 'runs', run, 'package.nern.safetensors'))
    const folder = join(bare, 'out')
    const { code, stdout } = await runCommand(bare, ['export', 'old', '--out', folder, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'not-found', remedy: /Run it again/ } })
    expect(existsSync(folder)).toBe(false)
  })

  it('takes known formats and endings only', async () => {
    expect((await runCommand(storeFolder, ['export', 'x', '--out', out, '--format', 'nern,pdf'])).code).toBe(2)
    expect((await runCommand(storeFolder, ['reconstruct', 'x', '--out', 'w.bin'])).code).toBe(2)
  })

  it('imports no package as if it were a checkpoint, and says what to do', async () => {
    expect(await codeOf(['network', 'import', at('nern.safetensors')])).toMatchObject({
      exit: 1,
      error: { code: 'file-unsupported', remedy: expect.stringContaining('studio reconstruct') },
    })
  })

  it('reconstructs nothing from an ordinary file', async () => {
    const args = ['reconstruct', at('safetensors'), '--out', join(out, 'not.npz')]
    expect(await codeOf(args)).toMatchObject({ exit: 1, error: { code: 'file-unsupported' } })
    expect(existsSync(join(out, 'not.npz'))).toBe(false)
  })
})

it('writes a report that escapes what users typed and needs no other file', () => {
  const page = readFileSync(at('report.html'), 'utf8')
  expect(page).toContain('A/B &quot;small&quot; &lt;run&gt;')
  expect(page).not.toMatch(/<run>|<script|https?:|src=|url\(/)
  const data = JSON.parse(readFileSync(at('report.json'), 'utf8')) as Record<string, unknown>
  expect(data).toMatchObject({
    experiment: { name: 'A/B "small" <run>' },
    sizes: result.sizes,
    layers: expect.objectContaining({ length: 21 }),
    package: { sizeBytes: result.sizes.totalBytes, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
})

const imageCount = 16
function images(): Float32Array {
  const random = Random.fromSeed(5, 'images')
  return Float32Array.from({ length: imageCount * 3 * 32 * 32 }, () => random.integer(256) / 255)
}

async function onnxLogits(): Promise<Float32Array> {
  const session = await InferenceSession.create(at('onnx'))
  const { logits } = await session.run({ images: new Tensor('float32', images(), [imageCount, 3, 32, 32]) })
  if (logits === undefined) throw new Error('the model gave no logits')
  expect(logits.dims).toEqual([imageCount, 10])
  return Float32Array.from((await logits.getData()) as Float32Array)
}

it('exports a model that ONNX Runtime opens, for one image as for many', async () => {
  const many = await onnxLogits()
  const session = await InferenceSession.create(at('onnx'))
  const first = images().slice(0, 3 * 32 * 32)
  const { logits } = await session.run({ images: new Tensor('float32', first, [1, 3, 32, 32]) })
  const one = (await logits?.getData()) as Float32Array
  one.forEach((value, index) => expect(value).toBeCloseTo(many[index] ?? NaN, 4))
})

itWithPython(['numpy', 'torch'])('PyTorch with nern_load.py gives the logits of the ONNX model', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'images'), images())
  const paths = [at('nern.safetensors'), join(folder, 'images'), String(imageCount), join(folder, 'logits')]
  runPython([logitsScript, loaderFolder, ...paths])
  const expected = new Float32Array(Uint8Array.from(readFileSync(join(folder, 'logits'))).buffer)
  const found = await onnxLogits()
  const largest = found.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? NaN))), 0)
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(expected).toHaveLength(imageCount * 10)
  expect(largest / scale).toBeLessThan(1e-5)
})

itWithPython(['numpy'])('the three lines that the dialog shows use what was exported', () => {
  const lines = pythonLines('A-B-small-run.nern.safetensors')
  const check = 'print(len(weights), weights["conv1.weight"].shape, sorted(images))'
  const program = [...lines, check].join('\n')
  const script = 'import os, sys; os.chdir(sys.argv[1]); sys.path.insert(0, ""); exec(sys.argv[2])'
  expect(runPython(['-c', script, out, program]).trim()).toBe(
    "107 (16, 3, 3, 3) ['mean', 'resize', 'standardDeviation']",
  )
})

itWithPython(['numpy'])('numpy reads the .npz', () => {
  const script =
    'import sys, numpy; a = numpy.load(sys.argv[1]); print(len(a.files), a["conv1.weight"].shape, a["conv1.weight"].dtype)'
  expect(runPython(['-c', script, at('npz')]).trim()).toBe('107 (16, 3, 3, 3) float32')
})
