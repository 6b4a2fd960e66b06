/** How much a network's answers change, without data: what a forecast of its accuracy is learnt from (docs/knob.md). */
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'
import { smoothPictures } from '../data/smooth-pictures.ts'
import type { LoadedNetwork } from '../weights/stored-network.ts'
import { evaluationBatchOf } from './evaluation.ts'

/** Pictures at least: of large ones a batch has only a few. */
const fewestPictures = 32
/** The same pictures always: distortions are compared with each other. */
const seed = 1

export interface DistortionMeter {
  /** How many the network is asked about. */
  readonly pictures: number
  /**
   * ||z - z'||² / ||z||² over the logits of drawn pictures, those of each picture about their mean. Undefined where an
   * answer is not a number. @param parameters all of the network, by their names
   */
  distortionOf(parameters: HostTensors): Promise<number | undefined>
  dispose(): void
}

/** @param original whose answers are the true ones */
export async function distortionMeter(
  executor: Executor,
  { network, parameters }: LoadedNetwork,
): Promise<DistortionMeter> {
  const batch = evaluationBatchOf(network)
  const program = await executor.compile(evaluateProgram(network, { batch, parameters, inState: 'all' }))
  const pictures = batchesOf(network, batch)
  const answersOf = async (given: HostTensors): Promise<readonly Float32Array[]> => {
    const state = executor.createState(given)
    try {
      const answers: Float32Array[] = []
      for (const images of pictures) {
        const { logits } = await program.run({ images }, state)
        if (!(logits?.data instanceof Float32Array)) {
          throw new AppException({ code: 'internal', message: 'The evaluation program returned no logits.' })
        }
        answers.push(centred(logits.data, network.classes))
      }
      return answers
    } finally {
      state.dispose()
    }
  }
  const truth = await answersOf(parameters)
  return {
    pictures: pictures.length * batch,
    async distortionOf(given) {
      const found = await answersOf({ ...parameters, ...given })
      let [errors, squares] = [0, 0]
      truth.forEach((answers, at) => {
        answers.forEach((value, index) => {
          errors += (value - (found[at]?.[index] ?? 0)) ** 2
          squares += value * value
        })
      })
      const distortion = errors / squares
      return Number.isFinite(distortion) ? distortion : undefined
    },
    dispose: () => program.dispose(),
  }
}

/** One distortion of one compressed network. */
export async function measureDistortion(
  executor: Executor,
  original: LoadedNetwork,
  parameters: HostTensors,
): Promise<number | undefined> {
  const meter = await distortionMeter(executor, original)
  try {
    return await meter.distortionOf(parameters)
  } finally {
    meter.dispose()
  }
}

function batchesOf({ inputShape, preprocessing }: LoadedNetwork['network'], batch: number): readonly HostTensor[] {
  const { channels, height, width } = inputShape
  const batches = Math.ceil(fewestPictures / batch)
  return Array.from({ length: batches }, (_, at) =>
    float32Tensor(
      [batch, channels, height, width],
      smoothPictures({ shape: inputShape, normalisation: preprocessing, count: batch, seed: seed + at }),
    ),
  )
}

/** Logits without what they have in common, which no class gains by. */
function centred(logits: Float32Array, classes: number): Float32Array {
  const answers = Float32Array.from(logits)
  for (let start = 0; start < answers.length; start += classes) {
    const row = answers.subarray(start, start + classes)
    const mean = row.reduce((sum, value) => sum + value, 0) / classes
    row.forEach((value, at) => {
      row[at] = value - mean
    })
  }
  return answers
}
