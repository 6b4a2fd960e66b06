/** PyTorch in processes of its own, one a thread count: its BLAS takes the number of threads at its start. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
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

export class PyTorchProcess {
  readonly version: string
  readonly threads: number
  /** The library it multiplies with. */
  readonly blas: string
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    started: z.infer<typeof startSchema>,
  ) {
    this.#child = child
    this.#lines = lines
    this.version = started.torch
    this.threads = started.threads
    this.blas = started.blas.split('/').slice(-2).join('/')
  }

  /**
   * Rejects when Python has no PyTorch, its own message is on standard error then; and when PyTorch multiplies with the
   * reference BLAS, which is ten times slower than any other and would make a comparison worthless.
   */
  static async start(options: {
    readonly python: string
    readonly script: string
    readonly inputs: string
    readonly threads: number
  }): Promise<PyTorchProcess> {
    const { python, script, inputs, threads } = options
    // The library shall choose the kernels of this processor, not what a shell was told for another purpose.
    const { OPENBLAS_CORETYPE: _coreType, OPENBLAS_L2_SIZE: _cacheSize, ...environment } = process.env
    const child = spawn(python, [script, inputs, String(threads)], {
      env: { ...environment, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const failure = new Promise<never>((_resolve, reject) => child.once('error', reject))
    const started = startSchema.parse(await Promise.race([nextAnswer(lines), failure]))
    if (/\/blas\/libblas\.so/.test(started.blas)) {
      child.kill()
      throw new Error(
        `PyTorch of ${python} uses the reference BLAS (${started.blas}). Install a fast one, as apt install libopenblas0-pthread does.`,
      )
    }
    return new PyTorchProcess(child, lines, started)
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

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    await exited
  }

  #contender(step: PyTorchStep): Contender {
    const layout = step.kind === 'full' ? [step.layout] : []
    return {
      system: 'pytorch',
      variant: [threadsTitle(this.threads), ...layout, step.embedding].join(', '),
      losses: async (count) => lossesSchema.parse(await this.#ask({ command: 'losses', step, count })).losses,
      time: async (count) => timeSchema.parse(await this.#ask({ command: 'time', step, count })).milliseconds,
      dispose: async () => {
        doneSchema.parse(await this.#ask({ command: 'forget' }))
      },
    }
  }

  #ask(request: object): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    return nextAnswer(this.#lines)
  }
}

export function threadsTitle(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`
}

async function nextAnswer(lines: AsyncIterator<string>): Promise<unknown> {
  const { value, done } = await lines.next()
  if (done === true) throw new Error('PyTorch ended before it answered; what it said is above.')
  return JSON.parse(value)
}
