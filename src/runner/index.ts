/**
 * Entry of the program that runs on a cluster. `run ROOT SUBMISSION TASK` is one job of an array; `answer MARKER` answers one
 * request of the studio on the login node and ends. Nothing stays behind.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { systemClock } from '#main/basics/clock.ts'
import { toAppError } from '#shared/basics/result.ts'
import { remoteIdSchema } from '#shared/cluster/task-file.ts'
import { answer } from './answer/answer.ts'
import { exitCodes } from './exit-codes.ts'
import { computeTask, type TaskSignals } from './run/run-task.ts'

/** `runtimes/RUNTIME/programs/PROGRAM`, which this file lies in; Node finds its packages in the runtime. */
const programFolder = import.meta.dirname
const executorManifest = join(programFolder, '../../node_modules/onnxruntime-node/package.json')

async function run([root = '', submission, task]: readonly string[]): Promise<number> {
  const version = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(executorManifest, 'utf8'))).version
  const arrayJob = z.string().regex(/^\d+$/).parse(process.env['SLURM_ARRAY_JOB_ID'])
  const number = z.coerce.number().int().min(0).parse(task)
  // Signals that come before the trainer is there are remembered.
  let signals: TaskSignals | undefined
  const early: (keyof TaskSignals)[] = []
  const hear = (name: keyof TaskSignals) => (): void => {
    if (signals === undefined) early.push(name)
    else signals[name]()
  }
  process.on('SIGUSR1', hear('limit'))
  process.on('SIGTERM', hear('end'))
  process.on('SIGUSR2', hear('checkpoint'))
  process.on('SIGINT', () => {})
  process.env['NERN_TRAINER_SIGNALS'] = 'ignored'
  return computeTask({
    root,
    submission: remoteIdSchema.parse(submission),
    task: number,
    job: `${arrayJob}_${number}`,
    trainerPath: join(programFolder, 'trainer.js'),
    executorVersion: version,
    clock: systemClock,
    onSignals: (given) => {
      signals = given
      for (const name of early.splice(0)) given[name]()
    },
  })
}

const [mode, ...words] = process.argv.slice(2)
try {
  if (mode === 'run') process.exitCode = await run(words)
  else await answer(words[0] ?? '', process.cwd(), { runtime: join(programFolder, '../..'), program: programFolder })
} catch (thrown) {
  process.stderr.write(`${toAppError(thrown).message}\n`)
  process.exitCode = exitCodes.failed
}
// A trainer that was given up may hold the loop.
process.exit()
