/**
 * npm run bench -- contention [--rounds 5] [--threads 2]
 *
 * Milliseconds of training steps alone and beside a process that keeps one core busy, as a desktop does: with the limit
 * the studio sets to how long waiting threads burn their cores, and as ONNX Runtime does it by itself. Both take turns.
 */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { createOnnxRuntimeExecutor } from '#engine/executors/onnxruntime/onnxruntime-executor.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { ProgramContender } from './steps/program-contender.ts'
import { markdownTable, spread, stepTitle } from './steps/report.ts'
import { measureInterleaved, type Measured } from './steps/rounds.ts'
import { stepWorkload, type StepKind } from './steps/workload.ts'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, threads: { type: 'string', default: '2' } },
})
const rounds = Number(options.rounds)
const threads = Number(options.threads)
const steps: readonly StepKind[] = [{ kind: 'sampled' }, { kind: 'full', batch: 64 }]

console.log(`${processorAndSystem()}; ${threads} threads; load at the start: ${loads()}.\n`)
const alone = await measure()
const busy = spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' })
let beside: readonly (readonly Measured[])[]
try {
  beside = await measure()
} finally {
  busy.kill()
}
const rows = steps.flatMap((step, at) =>
  [alone, beside].map((situation, index) => [
    stepTitle(step),
    index === 0 ? 'alone' : 'beside a busy process',
    ...(situation[at] ?? []).map(spread),
  ]),
)
console.log(markdownTable(['step', '', 'studio, ms', "ONNX Runtime's own waiting, ms"], rows))

/** Of every step, with the limit and without. */
async function measure(): Promise<readonly (readonly Measured[])[]> {
  const measured: (readonly Measured[])[] = []
  for (const step of steps) {
    const limited = await contender(step, 'limited', {})
    const unlimited = await contender(step, 'as the runtime does', { spinMicroseconds: 'runtime' })
    measured.push(await measureInterleaved([limited, unlimited], rounds, Infinity))
    for (const each of [limited, unlimited]) await each.dispose()
  }
  return measured
}

async function contender(
  step: StepKind,
  variant: string,
  waiting: { readonly spinMicroseconds?: 'runtime' },
): Promise<ProgramContender> {
  const executor = await createOnnxRuntimeExecutor({ provider: 'cpu', threads, ...waiting })
  return ProgramContender.create({ system: 'studio', variant }, stepWorkload(step, 'tables'), executor)
}
