import { fork, type ChildProcess } from 'node:child_process'
import type { ToTrainer } from '#shared/protocol/trainer-protocol.ts'
import { MemoryWatch } from './memory-watch.ts'
import type { TrainerExit, TrainerHost, TrainerHostFactory } from './trainer-host.ts'

/** Variables that would change how the child runs or what it loads. */
const scrubbedVariables = ['NODE_OPTIONS', 'NODE_DEBUG', 'DEBUG', 'LD_PRELOAD', 'ELECTRON_RUN_AS_NODE']
const ERROR_TAIL_CHARACTERS = 2000

/** A trainer that hears nothing, stopped or deep in a computation, must not outlive whoever started it. */
const liveChildren = new Set<ChildProcess>()
process.on('exit', () => liveChildren.forEach((child) => child.kill('SIGKILL')))

export interface ForkHostOptions {
  /** The trainer's entry file. */
  readonly entryPath: string
  /** What the child writes to its standard streams, line by line. */
  readonly onOutput?: (line: string) => void
}

/** Trainers as Node child processes, for the command line and for tests. */
export function createForkHosts(options: ForkHostOptions): TrainerHostFactory {
  return () => new ForkHost(options)
}

class ForkHost implements TrainerHost {
  readonly #options: ForkHostOptions
  readonly #messageListeners: ((message: unknown) => void)[] = []
  readonly #exitListeners: ((exit: TrainerExit) => void)[] = []
  #child: ChildProcess | undefined
  #errorTail = ''

  constructor(options: ForkHostOptions) {
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
    const memory = new MemoryWatch()
    // `advanced` is the structured clone that bytes and typed arrays need.
    const child = fork(this.#options.entryPath, [], {
      serialization: 'advanced',
      env: scrubbedEnvironment(process.env),
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C in a terminal reaches the owner alone, who then asks for a checkpoint.
      detached: process.platform !== 'win32',
    })
    this.#child = child
    liveChildren.add(child)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#output(text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorTail = (this.#errorTail + text).slice(-ERROR_TAIL_CHARACTERS)
      this.#output(text)
    })
    child.on('message', (message) => this.#messageListeners.forEach((listener) => listener(message)))
    child.once('error', (error) => this.#gone({ code: undefined, reason: `could not be started: ${error.message}` }))
    // `close` comes after the streams and the channel are drained, so no message is lost behind it.
    child.once('close', (code, signal) => {
      const isOutOfMemory = memory.wasShort({ isKilled: signal === 'SIGKILL', errorText: this.#errorTail })
      if (signal !== null) return this.#gone({ code: undefined, reason: `killed by ${signal}`, isOutOfMemory })
      const lastLine = this.#errorTail.trim().split('\n').at(-1) ?? ''
      const reason = lastLine === '' ? `exit code ${code}` : `exit code ${code}: ${lastLine}`
      this.#gone({ code: code ?? undefined, reason, isOutOfMemory })
    })
  }

  send(message: ToTrainer): void {
    if (this.#child?.connected !== true) return
    // A closed channel is reported by `close`; the callback only keeps the error from being thrown.
    this.#child.send(message, () => {})
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  #gone(exit: TrainerExit): void {
    if (this.#child === undefined) return
    liveChildren.delete(this.#child)
    this.#child = undefined
    this.#exitListeners.forEach((listener) => listener(exit))
  }

  #output(text: string): void {
    for (const line of text.split('\n')) if (line.trim() !== '') this.#options.onOutput?.(line)
  }
}

/** The environment of a trainer: ours without what would make it load or print something else. */
export function scrubbedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !scrubbedVariables.includes(name)))
}
