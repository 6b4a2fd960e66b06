/** Runs golden cases: the number prefix of a folder says what kind of case it is, the rest comes from its files. */
import { basename } from 'node:path'
import type { Executor } from '#engine/executors/executor.ts'
import { Checks } from './checks.ts'
import { caseFolders, GoldenCase } from './golden-case.ts'
import { checkEmbedding } from './kinds/embedding.ts'
import { checkLayers } from './kinds/layers.ts'
import { checkLosses } from './kinds/losses.ts'
import { checkPermutations } from './kinds/permutations.ts'
import { checkPipeline } from './kinds/pipeline.ts'
import { checkPredictor } from './kinds/predictor.ts'
import { checkRanger } from './kinds/ranger.ts'
import { checkSampledKernels } from './kinds/sampled-kernels.ts'
import { checkSmoothness } from './kinds/smoothness.ts'
import { checkTraining } from './kinds/training.ts'

type CheckCase = (golden: GoldenCase, checks: Checks, executor: Executor) => void | Promise<void>

const kinds: Readonly<Record<string, CheckCase>> = {
  '01': checkEmbedding,
  '02': checkLayers,
  '03': checkPredictor,
  '04a': checkLosses,
  '04b': checkPipeline,
  '05': checkRanger,
  '06': checkPermutations,
  '07': checkSmoothness,
  '08': checkTraining,
  '09': checkSampledKernels,
}

/** Kinds that run whole networks many times: hours in plain JavaScript, so they are compared on the others only. */
const heavyKinds: ReadonlySet<string> = new Set(['04b', '08'])

/**
 * Kinds that are compared on WebGPU: small shapes that between them have the operations of a step, within the tolerances of
 * the processor (WGSL lets a division or an exponential be some units in the last place off, which stays below them). The
 * others run no program (01, 02, 06) or whole networks, on an adapter that may be software.
 */
const webgpuKinds: ReadonlySet<string> = new Set(['03', '04a', '05', '09'])

export interface GoldenResult {
  readonly name: string
  readonly executor: string
  /** Comparisons made. */
  readonly checks: number
  /** Sentences; a case passes when there are none and something was compared. */
  readonly failures: readonly string[]
  readonly seconds: number
}

/**
 * Runs every case of `dir` on every executor, one result each, in order of the case names. Heavy kinds skip the
 * reference executor when there is another one; WebGPU gets the small ones.
 */
export async function* runGoldens(
  dir: string,
  executors: readonly Executor[],
  now: () => number,
): AsyncGenerator<GoldenResult> {
  for (const folder of caseFolders(dir)) {
    const kind = kindOf(folder)
    const able = executors.filter((executor) => !isWebgpu(executor) || webgpuKinds.has(kind))
    const others = able.filter(({ device }) => device.executor !== 'reference')
    const chosen = heavyKinds.has(kind) && others.length > 0 ? others : able
    for (const executor of chosen) yield await runCase(folder, executor, now)
  }
}

function isWebgpu({ device }: Executor): boolean {
  return device.provider === 'webgpu'
}

/** The number prefix of a case folder, e.g. `04a`. */
function kindOf(folder: string): string {
  return basename(folder).split('_')[0] ?? ''
}

async function runCase(folder: string, executor: Executor, now: () => number): Promise<GoldenResult> {
  const started = now()
  const checks = new Checks()
  const name = basename(folder)
  try {
    const golden = new GoldenCase(folder)
    const kind = kindOf(folder)
    const check = kinds[kind]
    if (check === undefined) checks.failures.push(`unknown kind ${kind}`)
    else await check(golden, checks, executor)
    if (checks.count === 0 && check !== undefined) checks.failures.push('nothing was compared')
  } catch (thrown) {
    checks.failures.push(thrown instanceof Error ? thrown.message : String(thrown))
  }
  return {
    name,
    executor: isWebgpu(executor) ? 'webgpu' : executor.device.executor,
    checks: checks.count,
    failures: checks.failures,
    seconds: (now() - started) / 1000,
  }
}
