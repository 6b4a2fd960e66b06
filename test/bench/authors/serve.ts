/** The studio's counterpart of authors_loop.py: one kind of step, asked on standard input. */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { assertNever } from '#shared/basics/result.ts'
import { ProgramContender } from '../steps/program-contender.ts'
import { loopWorkload, type LoopStep } from './workload.ts'

const requestSchema = z.discriminatedUnion('command', [
  z.object({ command: z.literal('losses'), count: z.int() }),
  z.object({ command: z.literal('time'), count: z.int() }),
  z.object({ command: z.literal('memory') }),
])

/** Greets with what it runs on, then answers as authors_loop.py does until its input ends. */
export async function serve(step: LoopStep, batch: number, threads: number): Promise<void> {
  const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads })
  const description = { system: 'studio', variant: step } as const
  const contender = await ProgramContender.create(description, loopWorkload(step, batch), executor)
  answer({ runtime: executor.device.runtime })
  for await (const line of createInterface({ input: process.stdin })) {
    const request = requestSchema.parse(JSON.parse(line))
    switch (request.command) {
      case 'losses':
        answer({ losses: await contender.losses(request.count) })
        break
      case 'time':
        answer({ milliseconds: await contender.time(request.count) })
        break
      case 'memory':
        answer({ bytes: largestResidentSet() })
        break
      default:
        assertNever(request)
    }
  }
  await contender.dispose()
  executor.dispose()
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** Bytes; as Linux counts them since the program was loaded (getrusage begins with those of the process that forked it). */
function largestResidentSet(): number | null {
  if (process.platform !== 'linux') return null
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return kibibytes === undefined ? null : Number(kibibytes) * 1024
}
