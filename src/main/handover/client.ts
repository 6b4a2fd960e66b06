import { connect, type Socket } from 'node:net'
import type { TaskProgress } from '#shared/protocol/events.ts'
import { AppException, assertNever, fail, ok, type AppError, type Result } from '#shared/basics/result.ts'
import type { StoreLayout } from '../store/layout.ts'
import { readAddress } from './address.ts'
import { JsonLines } from './json-lines.ts'
import { handoverProtocol, lineLimitBytes, replySchema, type HandedRequest, type HandoverReply } from './protocol.ts'

export interface HandoverClientOptions {
  readonly layout: StoreLayout
  /** Of the studio. */
  readonly version: string
  readonly onProgress: (progress: TaskProgress) => void
}

const gone: AppError = {
  code: 'owner-gone',
  message:
    'The studio that has the store open ended before it answered; the command may or may not have been carried out.',
  remedy: 'Look at what is there, and try again.',
}

/** Hands commands to the owner of a store. */
export class HandoverClient {
  readonly #socket: Socket
  readonly #lines: JsonLines
  readonly #onProgress: HandoverClientOptions['onProgress']
  readonly #pending = new Map<number, (result: Result<unknown>) => void>()
  #welcome: ((answer: Result<string>) => void) | undefined
  #nextId = 0
  /** Why nothing is answered any more. */
  #end: AppError | undefined
  #program = ''

  private constructor(socket: Socket, { onProgress }: HandoverClientOptions) {
    this.#socket = socket
    this.#onProgress = onProgress
    this.#lines = new JsonLines(socket, {
      limitBytes: () => lineLimitBytes,
      onValue: (value) => this.#receive(value),
      onGarbage: (reason) => this.#finish({ ...gone, message: `The owner of the store answered with ${reason}.` }),
    })
    socket.on('error', () => {})
    socket.once('close', () => this.#finish(gone))
  }

  /** Undefined where nobody listens: there is no owner, or it takes no commands. Errors: `handover-refused`, `unauthorized`. */
  static async connect(options: HandoverClientOptions): Promise<HandoverClient | undefined> {
    const found = readAddress(options.layout)
    const socket = found === undefined ? undefined : await connected(found.address)
    if (found === undefined || socket === undefined) return undefined
    const client = new HandoverClient(socket, options)
    const welcome = new Promise<Result<string>>((resolve) => {
      client.#welcome = resolve
    })
    client.#lines.send({ secret: found.secret, protocol: handoverProtocol, version: options.version })
    const answer = await welcome
    if (!answer.ok) throw new AppException(answer.error)
    client.#program = answer.value
    return client
  }

  /** Who carries the commands out. */
  get program(): string {
    return this.#program
  }

  /** The owner's answer. Errors: those of the command, `owner-gone`. */
  invoke(command: HandedRequest['command'], input: unknown): Promise<Result<unknown>> {
    const end = this.#end
    if (end !== undefined) return Promise.resolve(fail(end))
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#pending.set(id, resolve)
      this.#lines.send({ id, command, input })
    })
  }

  close(): void {
    this.#socket.end()
  }

  #receive(value: unknown): void {
    const reply = replySchema.safeParse(value)
    if (!reply.success)
      return this.#finish({ ...gone, message: 'The owner of the store answered in another language.' })
    this.#take(reply.data)
  }

  #take(reply: HandoverReply): void {
    switch (reply.type) {
      case 'welcome':
        this.#welcome?.(ok(reply.program))
        return
      case 'refused':
        return this.#finish(reply.error)
      case 'progress':
        return this.#onProgress(reply.progress)
      case 'answer': {
        const { id, result } = reply
        this.#pending.get(id)?.(result.ok ? ok(result.value) : fail(result.error))
        this.#pending.delete(id)
        return
      }
      default:
        assertNever(reply)
    }
  }

  #finish(error: AppError): void {
    if (this.#end !== undefined) return
    this.#end = error
    this.#welcome?.(fail(error))
    for (const resolve of this.#pending.values()) resolve(fail(error))
    this.#pending.clear()
    this.#socket.destroy()
  }
}

/** Undefined when nobody listens there. */
function connected(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address)
    const give = (found: Socket | undefined): void => {
      socket.removeAllListeners('error')
      resolve(found)
    }
    socket.once('connect', () => give(socket))
    // The owner was killed, or closes just now.
    socket.once('error', () => give(undefined))
  })
}
