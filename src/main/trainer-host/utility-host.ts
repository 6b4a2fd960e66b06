import { setPriority } from 'node:os'
import { type UtilityProcess, app, utilityProcess } from 'electron'
import type { ToTrainer } from '#shared/protocol/trainer-protocol.ts'
import { scrubbedEnvironment } from './fork-host.ts'
import { MemoryWatch } from './memory-watch.ts'
import { LineReader } from './line-reader.ts'
import type { TrainerExit, TrainerHost, TrainerHostFactory } from './trainer-host.ts'

export interface UtilityHostOptions {
  /** The trainer's built entry file. */
  readonly entryPath: string
  /** What the process writes to its standard streams, line by line, with its label and pid in front. */
  readonly onOutput: (line: string) => void
}

const errorLinesKept = 20
/** Below normal, in the words of every system: `nice` 5, and on Windows its class below normal. */
const trainerPriority = 5

/**
 * Trainers as Electron utility processes: plain Node with no window. A packaged app has no other way to start Node,
 * since its fuses forbid `child_process.fork`.
 */
export function createUtilityHosts(options: UtilityHostOptions): TrainerHostFactory {
  return (label) => new UtilityHost(label, options)
}

class UtilityHost implements TrainerHost {
  readonly #label: string
  readonly #options: UtilityHostOptions
  readonly #messageListeners: ((message: unknown) => void)[] = []
  readonly #exitListeners: ((exit: TrainerExit) => void)[] = []
  #child: UtilityProcess | undefined
  #memory: MemoryWatch | undefined
  #lastErrorLine = ''
  /** The last lines, in which an engine may have said what it lacked. */
  #errorLines: readonly string[] = []
  /** Why Chromium says the process has gone: `crashed`, `killed`, `oom`, `launch-failed` ... */
  #goneReason: string | undefined

  constructor(label: string, options: UtilityHostOptions) {
    this.#label = label
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messageListeners.push(listener)
  }

  onExit(listener: (exit: TrainerExit) => void): void {
    this.#exitListeners.push(listener)
  }

  start(): void {
    app.on('child-process-gone', this.#noteGone)
    this.#memory = new MemoryWatch()
    let child: UtilityProcess
    try {
      child = utilityProcess.fork(this.#options.entryPath, [], {
        serviceName: this.#label,
        env: scrubbedEnvironment(process.env),
        execArgv: [],
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      // The promise of `start` is that nothing is thrown and that listeners hear of it later.
      setImmediate(() => this.#gone({ code: undefined, reason: `could not be started: ${reason}` }))
      return
    }
    this.#child = child
    child.once('spawn', () => this.#yieldToWindow(child))
    this.#readStreams(child)
    child.on('message', (message: unknown) => this.#messageListeners.forEach((listener) => listener(message)))
    // The reason arrives beside the exit code, in no fixed order: one turn of the loop brings both.
    child.once('exit', (code) => setImmediate(() => this.#gone(this.#describeExit(code))))
  }

  send(message: ToTrainer): void {
    this.#child?.postMessage(message)
  }

  kill(): void {
    const pid = this.#child?.pid
    // `UtilityProcess.kill` only asks (SIGTERM), which a process deep in a computation does not hear.
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }

  /** Computes whenever the processor is free, and lets the window answer first; threads that it starts are as it is. */
  #yieldToWindow({ pid }: UtilityProcess): void {
    if (pid === undefined) return
    try {
      setPriority(pid, trainerPriority)
    } catch (cause) {
      // A run is as good at the priority of the studio.
      const reason = cause instanceof Error ? cause.message : String(cause)
      this.#options.onOutput(`[${this.#label} ${pid}] keeps the priority of the studio: ${reason}`)
    }
  }

  #readStreams(child: UtilityProcess): void {
    const write = (line: string) => this.#options.onOutput(`[${this.#label} ${child.pid ?? '?'}] ${line}`)
    const output = new LineReader(write)
    const errors = new LineReader((line) => {
      this.#lastErrorLine = line
      this.#errorLines = [...this.#errorLines, line].slice(-errorLinesKept)
      write(line)
    })
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk)).on('end', () => output.end())
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk)).on('end', () => errors.end())
  }

  readonly #noteGone = (_event: unknown, details: Electron.Details): void => {
    if (details.type === 'Utility' && (details.name ?? details.serviceName) === this.#label) {
      this.#goneReason = details.reason
    }
  }

  #describeExit(code: number): TrainerExit {
    const isOutOfMemory =
      this.#goneReason === 'oom' ||
      this.#memory?.wasShort({
        isKilled: this.#goneReason === 'killed' || this.#goneReason === 'crashed',
        errorText: this.#errorLines.join('\n'),
      }) === true
    const isAbnormal = this.#goneReason !== undefined && this.#goneReason !== 'clean-exit'
    if (isAbnormal && this.#goneReason !== 'abnormal-exit') {
      return { code: undefined, reason: `${this.#goneReason} (status ${code})`, isOutOfMemory }
    }
    const detail = this.#lastErrorLine === '' ? '' : `: ${this.#lastErrorLine}`
    return { code, reason: `exit code ${code}${detail}`, isOutOfMemory }
  }

  #gone(exit: TrainerExit): void {
    app.off('child-process-gone', this.#noteGone)
    this.#child = undefined
    this.#exitListeners.forEach((listener) => listener(exit))
  }
}
