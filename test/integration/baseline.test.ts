import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import { standardBaselineIds } from '#shared/methods/direct/presets.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { unwrap } from '#shared/basics/result.ts'
import { answerBeforeTests, answerOf, startCommand } from '#test/support/command-line.ts'
import { itWithPython, pythonLoader, runPython } from '#test/support/python.ts'
import { trainerPath } from '#test/support/programs.ts'
import { fillStore } from '#test/support/real-trainer.ts'

/** Several processes, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let storeFolder = ''
let made: readonly ExperimentRecord[] = []
const studio = (...args: string[]) => answerOf(storeFolder, args, {}, trainerPath)
const on = ['--network', 'small', '--dataset', 'images', '--threads', '1']

beforeAll(async () => {
  storeFolder = mkdtempSync(join(tmpdir(), 'nern-test-'))
  await fillStore(storeFolder)
  const args = ['baseline', ...on, '--method', 'float16,int4,kmeans3,pruned30,lowrank95']
  made = answerBeforeTests(storeFolder, args, trainerPath) as readonly ExperimentRecord[]
})
afterAll(() => rmSync(storeFolder, { recursive: true, force: true }))

function sizesOf(record: ExperimentRecord | undefined) {
  const result = record?.latestRun?.result
  if (result?.kind !== 'baseline') throw new Error('It made no result.')
  return result.sizes
}

it('runs several methods, named by what they do', () => {
  expect(made.map(({ name, status }) => `${name}: ${status}`)).toEqual([
    'small float16: completed',
    'small int4: completed',
    'small k-means 3 bit: completed',
    'small pruned to 30 % int8: completed',
    'small low rank 95 % energy: completed',
  ])
  const [half, few] = made.map(sizesOf)
  expect(half?.compressionRatio).toBeGreaterThan(2.2)
  expect(half?.compressionRatio).toBeLessThan(2.5)
  expect(few?.compressionRatio).toBeGreaterThan(6)
})

describe.each([0, 1, 2, 3, 4])('experiment %i', (at) => {
  it('counts the bytes of a file, which gives the very weights that were measured', () => {
    const run = made[at]?.latestRun
    const folder = join(storeFolder, 'runs', run?.id ?? '')
    const file = join(folder, 'package.baseline.safetensors')
    const sizes = sizesOf(made[at])
    expect(sizes.totalBytes).toBe(statSync(file).size)
    expect(sizes.parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(sizes.totalBytes)
    const content = readBaselinePackage(readFileSync(file), 'package')
    const measured = readSafetensors(readFileSync(join(folder, 'reconstructed.safetensors')), 'reconstructed')
    if (!content.ok || !measured.ok) throw new Error('unreadable')
    for (const [name, { data }] of Object.entries(decompressed(content.value.layers))) {
      expect(measured.value.tensors.get(name)?.toFloat32(), name).toEqual(data)
    }
  })

  itWithPython(['numpy'])('gives plain Python the very weights that were measured', () => {
    const folder = join(storeFolder, 'runs', made[at]?.latestRun?.id ?? '')
    const out = join(folder, 'python.safetensors')
    runPython([pythonLoader, join(folder, 'package.baseline.safetensors'), out])
    const [found, measured] = [out, join(folder, 'reconstructed.safetensors')].map((path) => {
      const { tensors } = unwrap(readSafetensors(readFileSync(path), path))
      return new Map([...tensors].map(([name, tensor]) => [name, tensor.toFloat32()]))
    })
    expect(found).toEqual(measured)
  })
})

it('is compared, exported and reconstructed as a compression is', async () => {
  const id = made[1]?.id ?? ''
  const comparison = await studio('experiments', 'compare', ...made.map((record) => record.id))
  expect(comparison).toMatchObject({ entries: [{ reconstructed: { total: 32 } }, {}, {}, {}, { reconstructed: {} }] })

  const out = join(storeFolder, 'out')
  const { files } = (await studio('export', id, '--out', out, '--threads', '1')) as { files: { fileName: string }[] }
  expect(files.map(({ fileName }) => fileName)).toEqual([
    'small-int4.baseline.safetensors',
    'nern_load.py',
    'small-int4.safetensors',
    'small-int4.npz',
    'small-int4.onnx',
    'small-int4.report.html',
    'small-int4.report.json',
  ])
  const again = join(out, 'again.safetensors')
  await studio('reconstruct', join(out, 'small-int4.baseline.safetensors'), '--out', again, '--threads', '1')
  expect(readFileSync(again).equals(readFileSync(join(out, 'small-int4.safetensors')))).toBe(true)
  expect(await studio('inspect', join(out, 'small-int4.baseline.safetensors'))).toMatchObject({
    kind: 'baseline',
    sizeBytes: sizesOf(made[1]).totalBytes,
  })
})

describe('what cannot be', () => {
  const codeOf = async (...args: string[]) => {
    const { code, stdout } = await startCommand(storeFolder, [...args, '--json'], {}, trainerPath).ended
    return { exit: code, ...(JSON.parse(stdout) as { error?: { code: string } }) }
  }

  it('is refused: the package of a compression from a baseline', async () => {
    const args = ['export', made[0]?.id ?? '', '--out', join(storeFolder, 'no'), '--format', 'nern']
    expect(await codeOf(...args)).toMatchObject({ exit: 1, error: { code: 'invalid-argument' } })
  })

  it('is refused: an unknown method', async () => {
    const { code, stderr } = await startCommand(storeFolder, ['baseline', ...on, '--method', 'int99'], {}, trainerPath)
      .ended
    expect(code).toBe(2)
    expect(stderr).toContain('float16, int8')
  })
})

it('waits in the queue when asked to, from its own command and as a preset', async () => {
  const queued = (await studio('baseline', ...on, '--method', 'standard', '--queue')) as readonly ExperimentRecord[]
  expect(queued.map(({ status }) => status)).toEqual(standardBaselineIds.map(() => 'queued'))
  expect(await studio('queue', 'add', ...on, '--preset', 'baseline-int8')).toMatchObject({
    config: { kind: 'baseline' },
  })
})
