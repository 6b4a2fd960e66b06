/** PyTorch in processes of its own, one a thread count: its BLAS takes the number of threads at its start. */
import process from 'node:process'
import { z } from 'zod'
import { AnsweringProcess } from './answering-process.ts'
import type { Contender } from './contender.ts'
import type { EmbeddingForm, StepKind } from './workload.ts'

const startSchema = z.object({ torch: z.string(), threads: z.int(), blas: z.string() })
const lossesSchema = z.object({ losses: z.array(z.number()) })
const timeSchema = z.object({ milliseconds: z.number() })
const doneSchema = z.object({})

interface PyTorchStep {
  readonly kind: StepKind['kind']
  readonly batch: number
  readonly layout: 'nchw' | 'channels-last'
  readonly embedding: EmbeddingForm
}

export interface PyTorchOptions {
  readonly python: string
  readonly script: string
  readonly inputs: string
  readonly threads: number
  /** After file and threads. */
  readonly args?: readonly string[]
}

export interface StartedPyTorch {
  readonly process: AnsweringProcess
  readonly version: string
  readonly threads: number
  /** The library it multiplies with. */
  readonly blas: string
}

/**
 * Rejects when Python has no PyTorch, its own message is on standard error then; and when PyTorch multiplies with the
 * reference BLAS, which is ten times slower than any other and would make a comparison worthless.
 */
export async function startPyTorch(options: PyTorchOptions): Promise<StartedPyTorch> {
  const { python, script, inputs, threads, args = [] } = options
  // The library shall choose the kernels of this processor, not what a shell was told for another purpose.
  const { OPENBLAS_CORETYPE: _coreType, OPENBLAS_L2_SIZE: _cacheSize, ...environment } = process.env
  const env = { ...environment, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) }
  const child = await AnsweringProcess.start('PyTorch', python, [script, inputs, String(threads), ...args], env)
  const started = startSchema.parse(child.greeting)
  if (/\/blas\/libblas\.so/.test(started.blas)) {
    await child.stop()
    throw new Error(
      `PyTorch of ${python} uses the reference BLAS (${started.blas}). Install a fast one, as apt install libopenblas0-pthread does.`,
    )
  }
  const blas = started.blas.split('/').slice(-2).join('/')
  return { process: child, version: started.torch, threads: started.threads, blas }
}

/** pytorch_steps.py: every kind of step in one process. */
export class PyTorchProcess {
  readonly version: string
  readonly threads: number
  readonly blas: string
  readonly #process: AnsweringProcess

  private constructor(started: StartedPyTorch) {
    this.#process = started.process
    this.version = started.version
    this.threads = started.threads
    this.blas = started.blas
  }

  static async start(options: PyTorchOptions): Promise<PyTorchProcess> {
    return new PyTorchProcess(await startPyTorch(options))
  }

  /** In every layout and form it could be written in. */
  contenders(step: StepKind): readonly Contender[] {
    const layouts = step.kind === 'full' ? (['nchw', 'channels-last'] as const) : (['nchw'] as const)
    return layouts.flatMap((layout) =>
      (['tables', 'rows'] as const).map((embedding) =>
        this.#contender({ kind: step.kind, batch: step.kind === 'full' ? step.batch : 0, layout, embedding }),
      ),
    )
  }

  stop(): Promise<void> {
    return this.#process.stop()
  }

  #contender(step: PyTorchStep): Contender {
    const layout = step.kind === 'full' ? [step.layout] : []
    return {
      system: 'pytorch',
      variant: [threadsTitle(this.threads), ...layout, step.embedding].join(', '),
      losses: async (count) => lossesSchema.parse(await this.#process.ask({ command: 'losses', step, count })).losses,
      time: async (count) => timeSchema.parse(await this.#process.ask({ command: 'time', step, count })).milliseconds,
      dispose: async () => {
        doneSchema.parse(await this.#process.ask({ command: 'forget' }))
      },
    }
  }
}

export function threadsTitle(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`
}
