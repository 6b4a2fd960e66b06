import { randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { isAbsolute } from 'node:path'
import type { StudioEvents } from '#shared/protocol/events.ts'
import { toAppError, type AppError, type Result } from '#shared/basics/result.ts'
import type { Emitter } from '../basics/emitter.ts'
import type { Log } from '../log/log.ts'
import type { StoreLayout } from '../store/layout.ts'
import { preparePlace, removeAddress, socketPlaces, writeAddress } from './address.ts'
import { JsonLines } from './json-lines.ts'
import {
  handoverProtocol,
  helloLimitBytes,
  helloSchema,
  helloTimeoutMs,
  lineLimitBytes,
  requestSchema,
  type HandedRequest,
  type HandoverReply,
} from './protocol.ts'

export interface HandoverServerOptions {
  readonly layout: StoreLayout
  /** Who owns the store, for those who ask. */
  readonly program: string
  /** Of the studio. */
  readonly version: string
  readonly invoke: (command: HandedRequest['command'], input: unknown) => Promise<Result<unknown>>
  readonly events: Pick<Emitter<StudioEvents>, 'on'>
  /** What stands for a path in the commands of this studio. */
  readonly tokenOfPath: (path: string) => string
  readonly log: Log
  /** Where to listen, best first; by default `socketPlaces`. */
  readonly places?: readonly string[]
}

/** More than one person can start by hand. */
const mostConnections = 64

/** Takes commands for the owner of a store from other programs of the same user. */
export class HandoverServer {
  readonly #options: HandoverServerOptions
  readonly #server: Server
  readonly #secret = randomBytes(32).toString('hex')
  readonly #connections = new Set<Connection>()

  private constructor(options: HandoverServerOptions) {
    this.#options = options
    this.#server = createServer((socket) => this.#accept(socket))
    this.#server.maxConnections = mostConnections
  }

  /** Undefined where no place is good for a socket; the log says why, and the studio does without. */
  static async open(options: HandoverServerOptions): Promise<HandoverServer | undefined> {
    const { layout, log, places = socketPlaces(layout.folder) } = options
    for (const address of places) {
      const server = new HandoverServer(options)
      try {
        preparePlace(address)
        await server.#listen(address)
        writeAddress(layout, { address, secret: server.#secret })
        return server
      } catch (cause) {
        server.#server.close()
        log('handover', 'warning', `${address} is no place to take commands at: ${toAppError(cause).message}`)
      }
    }
    return undefined
  }

  /** Takes no more commands, and resolves when those that were taken are answered. */
  async close(): Promise<void> {
    removeAddress(this.#options.layout)
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await Promise.all([...this.#connections].map((connection) => connection.end()))
    await closed
  }

  #listen(address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(address, () => {
        this.#server.off('error', reject)
        this.#server.on('error', (error) => this.#options.log('handover', 'error', error.message))
        // Its folder is this user's alone, so nobody was let in before.
        if (process.platform !== 'win32') chmodSync(address, 0o600)
        resolve()
      })
    })
  }

  #accept(socket: Socket): void {
    const connection = new Connection(socket, this.#options, this.#secret)
    this.#connections.add(connection)
    socket.once('close', () => this.#connections.delete(connection))
  }
}

/** One program that hands commands over. */
class Connection {
  readonly #socket: Socket
  readonly #options: HandoverServerOptions
  readonly #secret: string
  readonly #lines: JsonLines
  readonly #pending = new Set<Promise<void>>()
  /** Tasks whose progress this one wants to know. */
  readonly #taskIds = new Set<string>()
  #isTrusted = false

  constructor(socket: Socket, options: HandoverServerOptions, secret: string) {
    this.#socket = socket
    this.#options = options
    this.#secret = secret
    this.#lines = new JsonLines(socket, {
      limitBytes: () => (this.#isTrusted ? lineLimitBytes : helloLimitBytes),
      onValue: (value) => (this.#isTrusted ? this.#receive(value) : this.#greet(value)),
      onGarbage: (reason) => this.#refuse({ code: 'invalid-argument', message: `The studio was sent ${reason}.` }),
    })
    const stopProgress = options.events.on('task-progress', (progress) => {
      if (this.#taskIds.has(progress.taskId)) this.#reply({ type: 'progress', progress })
    })
    socket.setTimeout(helloTimeoutMs, () => socket.destroy())
    // The other side has gone; `close` follows.
    socket.on('error', () => {})
    socket.once('close', stopProgress)
  }

  /** Resolves when everything taken is answered and said. */
  async end(): Promise<void> {
    await Promise.all(this.#pending)
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve())
      if (this.#socket.destroyed) resolve()
      else this.#socket.end(() => this.#socket.destroy())
    })
  }

  #greet(value: unknown): void {
    const hello = helloSchema.safeParse(value)
    const { program, version, log } = this.#options
    if (!hello.success || !isSame(hello.data.secret, this.#secret)) {
      log('handover', 'warning', 'Refused a program that does not know the secret.')
      return this.#refuse({ code: 'unauthorized', message: 'The studio takes commands from its own programs only.' })
    }
    if (hello.data.protocol !== handoverProtocol || hello.data.version !== version) {
      return this.#refuse({
        code: 'handover-refused',
        message: `${program} is version ${version} and has the store open; this is version ${hello.data.version}.`,
        remedy: 'Use the same version, or close the other one first.',
      })
    }
    this.#isTrusted = true
    this.#socket.setTimeout(0)
    this.#reply({ type: 'welcome', program })
  }

  #receive(value: unknown): void {
    const request = requestSchema.safeParse(value)
    if (!request.success) {
      const command = fieldOf(value, 'command')
      if (command !== undefined && request.error.issues.every(({ path }) => path[0] === 'command')) {
        return this.#refuse({
          code: 'unknown-command',
          message: `${JSON.stringify(command.slice(0, 60))} is no command to hand over.`,
        })
      }
      return this.#refuse({
        code: 'invalid-argument',
        message: `The studio was sent what is no command to hand over: ${request.error.issues[0]?.message ?? 'not valid'}.`,
      })
    }
    const answered = this.#answer(request.data)
    this.#pending.add(answered)
    void answered.then(() => this.#pending.delete(answered))
  }

  /** Never rejects: `invoke` answers every failure. */
  async #answer({ id, command, input }: HandedRequest): Promise<void> {
    const taskId = fieldOf(input, 'taskId')
    if (taskId !== undefined) this.#taskIds.add(taskId)
    const result = await this.#options.invoke(command, this.#withToken(input))
    if (taskId !== undefined) this.#taskIds.delete(taskId)
    this.#reply({ type: 'answer', id, result: result.ok ? { ok: true, value: result.value } : result })
  }

  /** A command line names files by their paths; windows and their studio by tokens. */
  #withToken(input: unknown): unknown {
    const file = fieldOf(input, 'file')
    if (file === undefined || !isAbsolute(file)) return input
    return { ...Object(input), file: this.#options.tokenOfPath(file) }
  }

  #reply(reply: HandoverReply): void {
    this.#lines.send(reply)
  }

  #refuse(error: AppError): void {
    this.#reply({ type: 'refused', error })
    this.#socket.end()
  }
}

function isSame(given: string, secret: string): boolean {
  return given.length === secret.length && timingSafeEqual(Buffer.from(given), Buffer.from(secret))
}

function fieldOf(input: unknown, name: string): string | undefined {
  const value: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined
  return typeof value === 'string' ? value : undefined
}
