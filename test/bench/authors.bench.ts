/**
 * npm run bench -- authors [--rounds 5] [--batch 256] [--threads 2] [--python /usr/bin/python3]
 *
 * Milliseconds a step and memory of the studio's engine beside PyTorch doing the authors' training loop
 * (authors_loop.py), as the tables of docs/performance.md. Every contender is a process of its own, all with the same
 * number of threads, and they take turns. Before anything is timed, the losses of all must agree. Exits 1 when they do
 * not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { ProcessContender } from './authors/process-contender.ts'
import { serve } from './authors/serve.ts'
import { exchangedLoop, loopSteps, type LoopStep } from './authors/workload.ts'
import { checkAgreement, lossTolerance } from './steps/agreement.ts'
import { AnsweringProcess } from './steps/answering-process.ts'
import type { Contender } from './steps/contender.ts'
import { startPyTorch } from './steps/pytorch.ts'
import { digits, markdownTable, spread } from './steps/report.ts'
import { measureInterleaved, median, type Measured } from './steps/rounds.ts'
import { loads, processorAndSystem } from './steps/machine.ts'

/** Ranger rectifies from the sixth step on and looks ahead at it: the last ones compare the whole optimiser. */
const comparedSteps = 8

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    batch: { type: 'string', default: '256' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string', default: '/usr/bin/python3' },
    /** Runs this step for another such process instead of measuring. */
    serve: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const batch = Number(options.batch)
const threads = Number(options.threads)

/** One way to do a step, and by how much memory. */
interface Row {
  readonly title: string
  readonly measured: Measured
  readonly bytes: number | null
}

interface Competitor {
  readonly title: string
  /** Those with the same mathematics must have the same losses. */
  readonly mathematics: string
  start(): Promise<ProcessContender>
}

const versions = new Map<Contender['system'], string>()

if (options.serve === undefined) await compare()
else await serve(z.enum(loopSteps).parse(options.serve), batch, threads)

async function compare(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'nern-authors-'))
  try {
    const inputs = path.join(folder, 'inputs.safetensors')
    const { tensors, settings } = exchangedLoop(batch)
    writeFileSync(inputs, writeSafetensors(Object.entries(tensors), { settings: JSON.stringify(settings) }))
    const loadAtStart = loads()
    const full = (gradients: 'sampled' | 'all'): readonly Competitor[] => [
      studio('studio', `full-${gradients}`),
      pytorch(inputs, 'loop as published', `full-${gradients}`, ['--gradients', gradients]),
      pytorch(inputs, 'loop, teacher frozen', `full-${gradients}`, ['--gradients', gradients, '--teacher', 'frozen']),
    ]
    const tables = [
      {
        title: `Full step, batch ${batch}, gradients of 4,096 kernels`,
        rows: await measure(full('sampled')),
      },
      { title: `Full step, batch ${batch}, gradients of all 29,744 kernels`, rows: await measure(full('all')) },
      {
        title: 'Sampled step, gradients of 4,096 kernels',
        rows: await measure([
          studio('studio, 4,096 kernels predicted', 'sampled'),
          pytorch(inputs, 'loop without networks, all kernels predicted', 'all-predicted', ['--sampled']),
          pytorch(inputs, 'lean loop, 4,096 kernels predicted', 'sampled', ['--sampled', '--lean']),
          studio('studio, all kernels predicted', 'all-predicted'),
        ]),
      },
    ]
    const software = [`Node.js ${process.versions.node}`, ...versions.values()].join(', ')
    console.log(`\n${processorAndSystem()}; ${software}; ${threads} threads.`)
    console.log(`Load at the start: ${loadAtStart}; at the end: ${loads()}.`)
    for (const { title, rows } of tables) console.log(`\n${title}:\n\n${table(rows)}`)
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function studio(title: string, step: LoopStep): Competitor {
  return {
    title,
    mathematics: step,
    async start() {
      const [, bundle = ''] = process.argv
      const args = ['--serve', step, '--batch', String(batch), '--threads', String(threads)]
      const child = await AnsweringProcess.start('The studio', process.execPath, [bundle, ...args])
      versions.set('studio', z.object({ runtime: z.string() }).parse(child.greeting).runtime)
      return new ProcessContender({ system: 'studio', variant: title }, child)
    },
  }
}

function pytorch(inputs: string, title: string, mathematics: LoopStep, args: readonly string[]): Competitor {
  return {
    title,
    mathematics,
    async start() {
      const script = path.resolve('test/bench/authors_loop.py')
      const started = await startPyTorch({ python: options.python, script, inputs, threads, args })
      versions.set('pytorch', `PyTorch ${started.version} with ${started.blas}`)
      return new ProcessContender({ system: 'pytorch', variant: title }, started.process)
    },
  }
}

/** Processes of one table live together, so that they can take turns, and end before the next ones start. */
async function measure(competitors: readonly Competitor[]): Promise<readonly Row[]> {
  const started: { readonly competitor: Competitor; readonly contender: ProcessContender }[] = []
  try {
    for (const competitor of competitors) started.push({ competitor, contender: await competitor.start() })
    for (const mathematics of new Set(competitors.map((competitor) => competitor.mathematics))) {
      const equals = started.filter(({ competitor }) => competitor.mathematics === mathematics)
      const contenders = equals.map(({ contender }) => contender)
      const { losses, difference } = await checkAgreement(contenders, comparedSteps)
      console.log(
        `${mathematics}: ${losses.length} losses in ${comparedSteps} steps of ${contenders.length} contenders agree to ` +
          `${difference.toExponential(1)} (at most ${lossTolerance} is allowed)`,
      )
    }
    const contenders = started.map(({ contender }) => contender)
    const measured = await measureInterleaved(contenders, rounds, Infinity)
    const rows: Row[] = []
    for (const [at, { competitor, contender }] of started.entries()) {
      const entry = measured[at]
      if (entry !== undefined) {
        rows.push({ title: competitor.title, measured: entry, bytes: await contender.memory() })
      }
    }
    return rows
  } finally {
    for (const { contender } of started) await contender.dispose()
  }
}

/** The first row is what the others are compared with. */
function table(rows: readonly Row[]): string {
  const own = median(rows[0]?.measured.rounds ?? [])
  const head = ['', 'ms a step, median (smallest to largest round)', 'studio / this', 'this / studio', 'peak memory']
  return markdownTable(
    head,
    rows.map(({ title, measured, bytes }) => {
      const milliseconds = median(measured.rounds)
      const memory = bytes === null ? 'not measured' : `${Math.round(bytes / 2 ** 20).toLocaleString('en-GB')} MiB`
      return [title, spread(measured), digits(own / milliseconds), digits(milliseconds / own), memory]
    }),
  )
}
