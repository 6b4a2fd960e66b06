import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SpectralResult } from '#shared/experiment/results.ts'
import type { ExperimentRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { answerBeforeTests, answerOf, startCommand } from '#test/support/command-line.ts'
import { trainerPath } from '#test/support/programs.ts'
import { fillStore } from '#test/support/real-trainer.ts'

/** Several processes, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let storeFolder = ''
let made: ExperimentRecord
const studio = (...args: string[]) => answerOf(storeFolder, args, {}, trainerPath)
const on = ['--network', 'small', '--dataset', 'images', '--threads', '1']

beforeAll(async () => {
  storeFolder = mkdtempSync(join(tmpdir(), 'nern-test-'))
  await fillStore(storeFolder)
  const args = [
    'run',
    ...on,
    '--preset',
    'spectral',
    '--set',
    'layers=conv1.weight exact, linear.* exact',
    '--name',
    'small spectral 15x',
  ]
  made = answerBeforeTests(storeFolder, args, trainerPath) as ExperimentRecord
})
afterAll(() => rmSync(storeFolder, { recursive: true, force: true }))

function resultOf({ latestRun }: ExperimentRecord): SpectralResult {
  if (latestRun?.result?.kind !== 'spectral') throw new Error('It made no result.')
  return latestRun.result
}

function tensorsOf(path: string) {
  const { tensors } = unwrap(readSafetensors(readFileSync(path), path))
  return new Map([...tensors].map(([name, tensor]) => [name, tensor.toFloat32()]))
}

it('lands within a hundredth of the bytes that were asked for, all of its file counted', () => {
  expect(`${made.name}: ${made.status}`).toBe('small spectral 15x: completed')
  const { sizes } = resultOf(made)
  const file = join(storeFolder, 'runs', made.latestRun?.id ?? '', 'package.spectral.safetensors')
  expect(sizes.totalBytes).toBe(statSync(file).size)
  expect(sizes.parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(sizes.totalBytes)
  expect(Math.abs(sizes.compressionRatio / 15 - 1)).toBeLessThan(0.01)
})

it('keeps layers that are marked exact to the bit, and gives folded batch norms back in their other form', async () => {
  const { record } = (await studio('network', 'show', 'small')) as { readonly record: NetworkRecord }
  const original = tensorsOf(join(storeFolder, 'networks', `${record.sha256}.safetensors`))
  const measured = tensorsOf(join(storeFolder, 'runs', made.latestRun?.id ?? '', 'reconstructed.safetensors'))
  expect([...measured.keys()].toSorted()).toEqual([...original.keys()].toSorted())
  for (const name of ['conv1.weight', 'bn1.weight', 'bn1.running_var', 'linear.weight', 'linear.bias']) {
    expect(measured.get(name), name).toEqual(original.get(name))
  }
  const norm = 'layer1.0.bn1'
  expect(new Set(measured.get(`${norm}.weight`))).toEqual(new Set([1]))
  expect(new Set(measured.get(`${norm}.running_mean`))).toEqual(new Set([0]))
  expect(new Set(measured.get(`${norm}.running_var`))).toEqual(new Set([Math.fround(1 - 1e-5)]))
})

it('is compared, exported and reconstructed as a compression is', async () => {
  const comparison = await studio('experiments', 'compare', made.id, made.id)
  expect(comparison).toMatchObject({ entries: [{ reconstructed: { total: 32 } }, {}], pairs: [{}, {}, {}] })
  const out = join(storeFolder, 'out')
  const exported = (await studio('export', made.id, '--out', out, '--threads', '1')) as {
    readonly files: readonly { readonly fileName: string }[]
  }
  expect(exported.files.map(({ fileName }) => fileName)).toEqual([
    'small-spectral-15x.spectral.safetensors',
    'nern_load.py',
    'small-spectral-15x.safetensors',
    'small-spectral-15x.npz',
    'small-spectral-15x.onnx',
    'small-spectral-15x.report.html',
    'small-spectral-15x.report.json',
  ])
  const report: unknown = JSON.parse(readFileSync(join(out, 'small-spectral-15x.report.json'), 'utf8'))
  expect(report).toMatchObject({
    kept: expect.arrayContaining([
      'Layers marked exact are kept to the bit, with their batch norms: conv1.weight, linear.*.',
    ]) as string[],
  })
  const again = join(out, 'again.safetensors')
  await studio('reconstruct', join(out, 'small-spectral-15x.spectral.safetensors'), '--out', again, '--threads', '1')
  expect(readFileSync(again).equals(readFileSync(join(out, 'small-spectral-15x.safetensors')))).toBe(true)
})

it('refuses a layer that the network lacks before anything is queued', async () => {
  const args = ['run', ...on, '--preset', 'spectral', '--set', 'layers=conv9.weight exact', '--json']
  const { code, stdout } = await startCommand(storeFolder, args, {}, trainerPath).ended
  expect([code, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'invalid-config', where: 'layers' } }])
})

it('waits in the queue as a preset, with its parameters', async () => {
  // The images of the test do not fill the batch of the preset.
  const settings = ['size.target=bytes', 'size.bytes=60000', 'distillation.dataBatch=16']
  const args = ['queue', 'add', ...on, '--preset', 'entropy-qat', ...settings.flatMap((set) => ['--set', set])]
  expect(await studio(...args)).toMatchObject({
    name: 'small entropy QAT 60,000 bytes, distilled, image batch 16',
    config: { kind: 'spectral', transform: 'none', size: { target: 'bytes', bytes: 60_000 } },
  })
})
