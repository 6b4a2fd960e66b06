import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import type { ImageSplit } from '../data/image-split.ts'
import type { LoadedNetwork } from '../weights/stored-network.ts'
import { evaluateSplit, evaluationBatchOf, type Evaluation } from './evaluation.ts'

/**
 * Classifies all images of `data` with a network whose parameters do not change.
 * @param onBatch awaited after every batch with the images done
 */
export async function evaluateNetwork(
  executor: Executor,
  { network, parameters }: LoadedNetwork,
  data: ImageSplit,
  onBatch: (done: number, total: number) => Promise<void>,
): Promise<Evaluation> {
  const batch = evaluationBatchOf(network)
  const program = await executor.compile(evaluateProgram(network, { batch, parameters, inState: 'none' }))
  try {
    return await evaluateSplit(program, executor.createState({}), network, data, onBatch)
  } finally {
    program.dispose()
  }
}
