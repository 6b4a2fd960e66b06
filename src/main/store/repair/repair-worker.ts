/** Entry of the thread in which a window's store is repaired: it carries out what `RepairThread` asks, one after another. */
import { parentPort, workerData } from 'node:worker_threads'
import { fail, ok, toAppError, type Result } from '#shared/basics/result.ts'
import { systemClock } from '../../basics/clock.ts'
import { StoreRepair } from './store-repair.ts'
import type { RepairAnswer, RepairRequest, RepairWorkerData } from './repair-thread.ts'

const { folder, program } = workerData as RepairWorkerData
let repair: StoreRepair | undefined

parentPort?.on('message', (request: RepairRequest) => {
  parentPort?.postMessage({ id: request.id, result: resultOf(request) } satisfies RepairAnswer)
})

function resultOf(request: RepairRequest): Result<unknown> {
  try {
    return ok(answerTo(request))
  } catch (thrown) {
    return fail(toAppError(thrown))
  }
}

function answerTo(request: RepairRequest): unknown {
  if (request.call === 'close') {
    repair?.close()
    repair = undefined
    return undefined
  }
  repair ??= StoreRepair.open({ folder, program, clock: systemClock })
  if (request.call === 'preview') return repair.preview()
  return request.call === 'apply' ? repair.apply(request.way) : undefined
}
