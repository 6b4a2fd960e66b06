import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { physicalCores } from '#engine/executors/onnxruntime/physical-cores.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cores-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function describe(processor: number, siblings: string): Promise<void> {
  const topology = join(folder, `cpu${processor}`, 'topology')
  await mkdir(topology, { recursive: true })
  await writeFile(join(topology, 'thread_siblings_list'), `${siblings}\n`)
}

test('hardware threads of one core count once, and other folders do not count', async () => {
  await describe(0, '0,1')
  await describe(1, '0,1')
  await mkdir(join(folder, 'cpufreq'))
  expect(await physicalCores(folder)).toBe(1)
})

test('never more than this process may use', async () => {
  for (let processor = 0; processor < 2 * availableParallelism(); processor++) {
    await describe(processor, String(processor))
  }
  expect(await physicalCores(folder)).toBe(availableParallelism())
})

test('where the system does not say, the runtime counts', async () => {
  expect(await physicalCores(join(folder, 'nowhere'))).toBeUndefined()
  await mkdir(join(folder, 'cpu0'))
  expect(await physicalCores(folder)).toBeUndefined()
})

test('zero threads are one a physical core', async () => {
  const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 0 })
  expect(executor.device.threads).toBe((await physicalCores()) ?? 0)
  executor.dispose()
})
