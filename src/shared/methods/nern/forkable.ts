import type { ForkableParameter, ForkPoint } from '../../experiment/family-description.ts'
import type { CompressConfig } from './config.ts'
import { compressParameters } from './parameters.ts'
import { phaseNames, type PhaseName } from './phases.ts'

/** Read in every step of a phase; what else a phase has is in the state of a checkpoint, or in the batches it stands in. */
const readInEveryStep = [
  'optimizer.learningRate',
  'optimizer.minLearningRate',
  'optimizer.schedule',
  'optimizer.warmupSteps',
]
const readWhenStored = ['storage.predictor', 'storage.rounding', 'storage.codedBits', 'storage.remainder']

/** All of the phases to come; of the present one its steps and rates; of those that are over nothing. */
export function nernForkable(config: CompressConfig, { step }: ForkPoint): readonly ForkableParameter[] {
  const paths: ForkableParameter[] = [{ path: 'seed' }]
  let first = 0
  for (const phase of phaseNames) {
    const { steps } = config[phase]
    const done = step - first
    if (done <= 0) paths.push(...allOf(phase).filter(({ path }) => !isOfImagesInUse(config, path, step)))
    else if (done <= steps) paths.push(...presentPhase(phase, done))
    first += steps
  }
  const isRounding = step > config.reconstruction.steps + config.distillation.steps
  return [
    ...paths,
    { path: 'evaluation.everySteps' },
    { path: 'checkpointEverySteps' },
    ...(isRounding ? [] : readWhenStored.map((path) => ({ path }))),
  ]
}

function allOf(phase: PhaseName): readonly ForkableParameter[] {
  return compressParameters.flatMap(({ path }) => (path.startsWith(`${phase}.`) ? [{ path }] : []))
}

/** Layers are rounded at shares of the steps of their phase: those do not move once it has begun. */
function presentPhase(phase: PhaseName, done: number): readonly ForkableParameter[] {
  const rates = readInEveryStep.map((rate) => ({ path: `${phase}.${rate}` }))
  return phase === 'quantisation' ? rates : [{ path: `${phase}.steps`, least: done }, ...rates]
}

/** Without steps of its own a distillation says which images the quantisation phase looks at. */
function isOfImagesInUse({ reconstruction, distillation }: CompressConfig, path: string, step: number): boolean {
  const isLooking = distillation.steps === 0 && step > reconstruction.steps
  return isLooking && path.startsWith('distillation.')
}
