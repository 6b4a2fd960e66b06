import type { CommandInput, CommandName, CommandOutput } from '#shared/protocol/contract.ts'
import type { StudioEvents } from '#shared/protocol/events.ts'
import type { Result } from '#shared/basics/result.ts'
import { Emitter } from '../basics/emitter.ts'
import type { ChangingCommandName, ChangingStudio, Studio } from '../studio.ts'
import { HandoverClient, type HandoverClientOptions } from './client.ts'
import { requestSchema, type HandedRequest } from './protocol.ts'

const handed: ReadonlySet<CommandName> = new Set<CommandName>(requestSchema.shape.command.options)

/** A studio beside the owner of its store: it reads by itself, and hands over what changes something. */
export class HandedStudio implements ChangingStudio {
  readonly events: Emitter<StudioEvents>
  readonly notices: readonly string[]
  readonly #client: HandoverClient
  readonly #reader: Studio

  private constructor(client: HandoverClient, reader: Studio, events: Emitter<StudioEvents>) {
    this.#client = client
    this.#reader = reader
    this.notices = reader.notices
    this.events = events
  }

  /**
   * Undefined where the owner takes no commands. Errors: those of `HandoverClient.connect` and `Studio.openForReading`.
   * @param openReader opens the same store for reading
   */
  static async open(
    options: Omit<HandoverClientOptions, 'onProgress'>,
    openReader: () => Studio,
  ): Promise<HandedStudio | undefined> {
    const events = new Emitter<StudioEvents>()
    const onProgress = (progress: StudioEvents['task-progress']): void => events.emit('task-progress', progress)
    const client = await HandoverClient.connect({ ...options, onProgress })
    if (client === undefined) return undefined
    try {
      return new HandedStudio(client, openReader(), events)
    } catch (thrown) {
      client.close()
      throw thrown
    }
  }

  /** Who carries out what is handed over. */
  get owner(): string {
    return this.#client.program
  }

  async invoke<N extends ChangingCommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>> {
    if (!isHanded(command)) return this.#reader.invoke(command, input)
    // The contract's table says what a command answers; both sides are of one version.
    return (await this.#client.invoke(command, input)) as Result<CommandOutput<N>>
  }

  predictions(evaluationId: string): Uint8Array {
    return this.#reader.predictions(evaluationId)
  }

  async close(): Promise<void> {
    this.#client.close()
    await this.#reader.close()
  }
}

function isHanded(command: CommandName): command is HandedRequest['command'] {
  return handed.has(command)
}
