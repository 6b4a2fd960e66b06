/** Accuracy of a stored network under each of several preprocessings. */
import { evaluateProgram } from '#engine/network/evaluation.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { spreadOver, type ImageSplit } from '../data/image-split.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatchOf } from '../measure/evaluation.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { loadNetwork } from '../weights/stored-network.ts'
import { openExecutor } from '../process/open-executor.ts'

type TryPreprocessingsJob = Extract<TrainerJob, { kind: 'try-preprocessings' }>

export async function tryPreprocessings(job: TryPreprocessingsJob, context: JobContext): Promise<JobEnd> {
  const { network, parameters } = await loadNetwork(job.network)
  const { executor, device } = await openExecutor(context.executor)
  try {
    context.send({ type: 'started', device, totalSteps: 0, step: 0 })
    const state = executor.createState({})
    const correct: number[] = []
    // All but the size is done by the program: images are read once for each size.
    const images = new Map<number, ImageSplit>()
    for (const [index, preprocessing] of job.preprocessings.entries()) {
      const candidate = { ...network, preprocessing }
      const { resize } = preprocessing
      const data = images.get(resize) ?? spreadOver(await loadSplit(job.dataset, job.split, candidate), job.limit)
      images.set(resize, data)
      const batch = evaluationBatchOf(candidate)
      const program = await executor.compile(evaluateProgram(candidate, { batch, parameters, inState: 'none' }))
      const title = `trying preprocessing ${index + 1} of ${job.preprocessings.length}`
      const measured = await evaluateSplit(program, state, candidate, data, async (done, total) => {
        tellPhase(context, title, done, total)
        await context.breathe()
      })
      program.dispose()
      correct.push(measured.correct)
    }
    const [{ labels } = { labels: Uint16Array.of() }] = images.values()
    const result = { correct, total: labels.length, mostFrequent: mostFrequent(labels) }
    context.send({ type: 'result', result: { kind: 'try-preprocessings', ...result } })
  } finally {
    executor.dispose()
  }
  return 'finished'
}

function mostFrequent(labels: Uint16Array): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return Math.max(0, ...counts.values())
}
