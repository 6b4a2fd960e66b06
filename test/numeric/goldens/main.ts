/**
 * Compares the method with what the authors' code computed.
 * usage: npm run test:goldens -- [--dir DIR] [--executor reference|onnxruntime|webgpu|all]
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor, ExecutorOptions } from '#engine/executors/executor.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { runGoldens, type GoldenResult } from './run-goldens.ts'

const usage = 'usage: npm run test:goldens -- [--dir DIR] [--executor reference|onnxruntime|webgpu|all]'
/** Reference first: where all differ from a case, the mathematics is wrong; where one does, its executor is. */
const devices = {
  reference: { executor: 'reference', provider: 'cpu', threads: 0 },
  onnxruntime: { executor: 'onnxruntime', provider: 'cpu', threads: 0 },
  webgpu: { executor: 'onnxruntime', provider: 'webgpu', threads: 0 },
} as const satisfies Readonly<Record<string, ExecutorOptions>>
type DeviceName = keyof typeof devices
const deviceNames: readonly DeviceName[] = ['reference', 'onnxruntime', 'webgpu']
const shownFailures = 12

process.exitCode = await main()

async function main(): Promise<0 | 1 | 2> {
  const options = readOptions()
  if (options === undefined) {
    console.error(usage)
    return 2
  }
  if (!existsSync(options.dir)) {
    console.error(`There is no folder ${options.dir}. Give one with --dir, or set NERN_SHARED.`)
    console.log('0 passed, 0 failed')
    return 1
  }
  let passed = 0
  let failed = 0
  const executors = await createExecutors(options.executors, options.isAll)
  try {
    for await (const result of runGoldens(options.dir, executors, () => performance.now())) {
      report(result)
      if (result.failures.length === 0) passed += 1
      else failed += 1
    }
  } finally {
    for (const executor of executors) executor.dispose()
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

function readOptions():
  { readonly dir: string; readonly executors: readonly DeviceName[]; readonly isAll: boolean } | undefined {
  const defaultDir = join(process.env['NERN_SHARED'] ?? '../shared', 'method', 'goldens')
  try {
    const { values } = parseArgs({
      options: { dir: { type: 'string', default: defaultDir }, executor: { type: 'string', default: 'all' } },
    })
    const isAll = values.executor === 'all'
    const executors = isAll ? deviceNames : deviceNames.filter((name) => name === values.executor)
    return executors.length === 0 ? undefined : { dir: resolve(values.dir), executors, isAll }
  } catch {
    return undefined
  }
}

/** @param isAll whether `all` was asked for: a machine without a graphics adapter then compares the others */
async function createExecutors(names: readonly DeviceName[], isAll: boolean): Promise<readonly Executor[]> {
  const executors: Executor[] = []
  for (const name of names) {
    try {
      executors.push(await createExecutor(devices[name]))
    } catch (thrown) {
      const { message, remedy } = toAppError(thrown)
      const isMissing = thrown instanceof AppException && thrown.code === 'executor-unavailable'
      // `npm test` provides an adapter and says so: then its absence is a defect.
      const isOptional = isAll && name === 'webgpu' && process.env['NERN_WEBGPU_ICD'] === undefined
      if (!isMissing || !isOptional) throw new Error(`${name}: ${message} ${remedy ?? ''}`, { cause: thrown })
      console.log(`not compared on webgpu: ${message}`)
    }
  }
  return executors
}

function report({ name, executor, checks, failures, seconds }: GoldenResult): void {
  const outcome = failures.length === 0 ? 'passed' : 'FAILED'
  console.log(`${outcome}  ${name}  ${executor}  ${checks} comparisons, ${seconds.toFixed(1)} s`)
  for (const failure of failures.slice(0, shownFailures)) console.log(`        ${failure}`)
  if (failures.length > shownFailures) console.log(`        and ${failures.length - shownFailures} more`)
}
