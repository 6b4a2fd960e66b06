/** Under which names the paces of runs are kept: what costs the same on the same machine has the same name. */
import { utf8 } from '../basics/utf8.ts'
import type { ExperimentConfig } from './experiment-config.ts'
import { familyOf } from './families.ts'
import { evaluationStage, type SecondsByStage, type Stage } from './stages.ts'

/** What the paces of a run depend on. */
export interface TimedWork {
  readonly config: ExperimentConfig
  /** What it compresses or goes on from; absent where it begins with random weights. */
  readonly network?: { readonly sha256: string } | undefined
}

/** What the kept paces of a run are filed under: its network, or what is trained from random weights. */
export function stageSubject({ config, network }: TimedWork): string {
  return network?.sha256 ?? familyOf(config).paceSubject(config)
}

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

/**
 * From a stage of this work to its name among those of all runs.
 * @param sha256Hex lower-case hex of the digest of bytes
 */
export function stageKey(work: TimedWork, sha256Hex: (bytes: Uint8Array) => string): (stage: string) => string {
  const costs = JSON.stringify(work.config, (field, value: unknown) => (freeFields.has(field) ? undefined : value))
  const signature = sha256Hex(utf8(costs)).slice(0, 16)
  const subject = stageSubject(work)
  // An image costs the same whatever is made of the network.
  return (stage) => (stage === evaluationStage ? `${subject}/${stage}` : `${subject}/${signature}/${stage}`)
}

/** Of kept paces those of these stages, under their own names. */
export function pacesOf(
  stages: readonly Stage[],
  key: (stage: string) => string,
  kept: SecondsByStage,
): SecondsByStage {
  return Object.fromEntries(
    stages.flatMap(({ name }) => {
      const seconds = kept[key(name)]
      return seconds === undefined ? [] : [[name, seconds] as const]
    }),
  )
}
