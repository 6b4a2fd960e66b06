/** Under which names the paces of a run are kept: what costs the same on the same machine has the same name. */
import { stageSubject, type TimedJob } from '#shared/experiment/stage-times.ts'
import type { JobContext } from '../process/job-context.ts'
import { sha256Hex } from '../sha256.ts'
import { evaluationStage, TimeLeft, type Stage } from './time-left.ts'

/** Fields of a configuration that change how many units a run has, but not what one costs. */
const freeFields: ReadonlySet<string> = new Set([
  'seed',
  'steps',
  'epochs',
  'learningRate',
  'minLearningRate',
  'warmupSteps',
  'warmupEpochs',
  'rateWarmupSteps',
  'rampSteps',
  'everySteps',
  'evaluateEveryEpochs',
  'checkpointEverySteps',
  'start',
])

/** The name of a stage of this job among those of all jobs. */
function keyOf(job: TimedJob): (stage: string) => string {
  const costs = JSON.stringify(job.config, (field, value: unknown) => (freeFields.has(field) ? undefined : value))
  const signature = sha256Hex(new TextEncoder().encode(costs)).slice(0, 16)
  const subject = stageSubject(job)
  // An image costs the same whatever is made of the network.
  return (stage) => (stage === evaluationStage ? `${subject}/${stage}` : `${subject}/${signature}/${stage}`)
}

/** The time left of a run of these stages, with what earlier runs measured of them. */
export function timeLeftOf(job: TimedJob, stages: readonly Stage[]): TimeLeft {
  const key = keyOf(job)
  const known = stages.flatMap(({ name }) => {
    const seconds = job.knownTimes?.[key(name)]
    return seconds === undefined ? [] : [[name, seconds] as const]
  })
  return new TimeLeft(stages, Object.fromEntries(known))
}

/** Hands over what this attempt measured, for the runs to come. */
export function sendStageTimes(context: JobContext, job: TimedJob, { measured }: TimeLeft): void {
  const key = keyOf(job)
  const seconds = Object.fromEntries(Object.entries(measured).map(([stage, value]) => [key(stage), value]))
  context.send({ type: 'stage-times', seconds })
}
