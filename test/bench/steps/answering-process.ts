import { spawn, type ChildProcessByStdio } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** A child that greets with one JSON object on a line and then answers each it is sent with one. */
export class AnsweringProcess {
  /** What it said of itself. */
  readonly greeting: unknown
  readonly #title: string
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  private constructor(
    title: string,
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    greeting: unknown,
  ) {
    this.#title = title
    this.#child = child
    this.#lines = lines
    this.greeting = greeting
  }

  /**
   * Rejects when the program cannot be started or ends before its greeting; its own message is on standard error then.
   * @param title for messages
   */
  static async start(
    title: string,
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<AnsweringProcess> {
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const failure = new Promise<never>((_resolve, reject) => child.once('error', reject))
    const greeting = await Promise.race([nextAnswer(title, lines), failure])
    return new AnsweringProcess(title, child, lines, greeting)
  }

  ask(request: object): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    return nextAnswer(this.#title, this.#lines)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    await exited
  }
}

async function nextAnswer(title: string, lines: AsyncIterator<string>): Promise<unknown> {
  const { value, done } = await lines.next()
  if (done === true) throw new Error(`${title} ended before it answered; what it said is above.`)
  return JSON.parse(value)
}
