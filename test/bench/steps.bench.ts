/**
 * npm run bench -- steps [--rounds 7] [--batches 64,256] [--threads 1,2] [--python /usr/bin/python3] [--skip-stock-full]
 *
 * Milliseconds per sampled step and per full step of the studio's engine, of PyTorch and of stock TensorFlow.js, as the
 * tables of docs/performance.md. Before anything is timed, the losses of all must agree. Exits 1 when they do not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { checkAgreement, lossTolerance } from './steps/agreement.ts'
import type { Contender } from './steps/contender.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { ProgramContender } from './steps/program-contender.ts'
import { PyTorchProcess, threadsTitle } from './steps/pytorch.ts'
import { detailTable, digits, stepTitle, summaryTable, type MeasuredStep } from './steps/report.ts'
import { measureInterleaved } from './steps/rounds.ts'
import { createStockExecutor, missingKernels } from './steps/stock-tfjs.ts'
import { exchange, stepWorkload, type StepKind } from './steps/workload.ts'

/** Losses compared: the second and third also compare gradients and optimisers. */
const comparedSteps = 3
/** Batches at which a full step is timed on the plain cpu backend. */
const stockBatches = [1, 4] as const

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    batches: { type: 'string', default: '64,256' },
    threads: { type: 'string', default: '1,2' },
    python: { type: 'string', default: '/usr/bin/python3' },
    'skip-stock-full': { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)
const batches = options.batches.split(',').map(Number)
const threadCounts = options.threads.split(',').map(Number)

const folder = mkdtempSync(path.join(os.tmpdir(), 'nern-bench-'))
const executors: Executor[] = []
const pytorch: PyTorchProcess[] = []
try {
  const { tensors, settings } = exchange(Math.max(...batches))
  const inputs = path.join(folder, 'inputs.safetensors')
  writeFileSync(inputs, writeSafetensors(Object.entries(tensors), { settings: JSON.stringify(settings) }))
  const script = path.resolve('test/bench/pytorch_steps.py')
  for (const threads of threadCounts) {
    executors.push(await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads }))
    pytorch.push(await PyTorchProcess.start({ python: options.python, script, inputs, threads }))
  }
  console.log(`${machine()} Load at the start: ${loads()}.\n`)
  const steps: StepKind[] = [{ kind: 'sampled' }, ...batches.map((batch) => ({ kind: 'full', batch }) as const)]
  const measured: MeasuredStep[] = []
  for (const step of steps) measured.push(await measure(step))
  const stockFull = options['skip-stock-full'] ? undefined : await stockFullStep()
  console.log(`\nMilliseconds a step, median of ${rounds} interleaved rounds, each system at its best:\n`)
  console.log(summaryTable(measured, stockFull?.at))
  if (stockFull !== undefined) console.log(`\n${stockFull.note}`)
  console.log(`\nEvery variant:\n\n${detailTable(measured)}\n\nLoad at the end: ${loads()}.`)
} catch (error) {
  // The WASM build prints its whole source before an error that nobody caught.
  console.error(error)
  process.exitCode = 1
} finally {
  for (const child of pytorch) await child.stop()
  for (const executor of executors) executor.dispose()
  rmSync(folder, { recursive: true })
}

async function measure(step: StepKind): Promise<MeasuredStep> {
  const contenders: Contender[] = []
  try {
    for (const executor of executors) {
      const description = { system: 'studio', variant: threadsTitle(executor.device.threads) } as const
      contenders.push(await ProgramContender.create(description, stepWorkload(step, 'tables'), executor))
    }
    for (const child of pytorch) contenders.push(...child.contenders(step))
    if (step.kind === 'sampled') contenders.push(...(await stockContenders(step)))
    const { losses, difference } = await checkAgreement(contenders, comparedSteps)
    console.log(
      `${stepTitle(step)}: the losses of ${contenders.length} contenders, ${losses.map(digits).join(', ')}, agree to ` +
        `${difference.toExponential(1)} (at most ${lossTolerance} is allowed)`,
    )
    return { step, measured: await measureInterleaved(contenders, rounds) }
  } finally {
    for (const contender of contenders) await contender.dispose()
  }
}

/** With the embedding as rows: the gradient of look-ups has no kernel on WASM, and a very slow one on cpu. */
async function stockContenders(step: StepKind): Promise<readonly Contender[]> {
  const contenders: Contender[] = []
  for (const backend of ['wasm', 'cpu'] as const) {
    const description = { system: 'tfjs', variant: `${backend}, rows` } as const
    const workload = stepWorkload(step, 'rows')
    contenders.push(await ProgramContender.create(description, workload, await createStockExecutor(backend)))
  }
  return contenders
}

/** A full step on the plain cpu backend: one step at two small batches, and the line through them. */
async function stockFullStep(): Promise<{ readonly note: string; at(batch: number): number }> {
  const executor = await createStockExecutor('cpu')
  const times: number[] = []
  for (const batch of stockBatches) {
    const description = { system: 'tfjs', variant: 'cpu, rows' } as const
    const contender = await ProgramContender.create(
      description,
      stepWorkload({ kind: 'full', batch }, 'rows'),
      executor,
    )
    const startedMs = performance.now()
    await contender.losses(1)
    times.push(performance.now() - startedMs)
    await contender.dispose()
  }
  const [small = 0, large = 0] = times
  const slope = (large - small) / (stockBatches[1] - stockBatches[0])
  return {
    note:
      `\\* One step on the plain cpu backend at batch ${stockBatches[0]} (${digits(small)} ms) and ${stockBatches[1]} ` +
      `(${digits(large)} ms), continued linearly; the WASM backend has no ${missingKernels('wasm').join(' and no ')}.`,
    at: (batch) => small + slope * (batch - stockBatches[0]),
  }
}

function machine(): string {
  const versions = [
    `Node.js ${process.versions.node}`,
    executors[0]?.device.runtime,
    `PyTorch ${pytorch[0]?.version} with ${pytorch[0]?.blas}`,
  ]
  return `${processorAndSystem()}; ${versions.join(', ')}.`
}
