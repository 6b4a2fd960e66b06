import { z } from 'zod'
import type { AnsweringProcess } from '../steps/answering-process.ts'
import type { Contender } from '../steps/contender.ts'

const lossesSchema = z.object({ losses: z.array(z.number()) })
const timeSchema = z.object({ milliseconds: z.number() })
const memorySchema = z.object({ bytes: z.number().nullable() })

/** One kind of step in a process of its own, so that its memory can be told. */
export class ProcessContender implements Contender {
  readonly system: Contender['system']
  readonly variant: string
  readonly #process: AnsweringProcess

  constructor({ system, variant }: Pick<Contender, 'system' | 'variant'>, child: AnsweringProcess) {
    this.system = system
    this.variant = variant
    this.#process = child
  }

  async losses(count: number): Promise<readonly number[]> {
    return lossesSchema.parse(await this.#process.ask({ command: 'losses', count })).losses
  }

  async time(count: number): Promise<number> {
    return timeSchema.parse(await this.#process.ask({ command: 'time', count })).milliseconds
  }

  /** Bytes of the largest resident set so far, null where the system does not say. */
  async memory(): Promise<number | null> {
    return memorySchema.parse(await this.#process.ask({ command: 'memory' })).bytes
  }

  dispose(): Promise<void> {
    return this.#process.stop()
  }
}
