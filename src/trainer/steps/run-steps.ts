/**
 * The one loop that every training goes through: steps, metrics, evaluations, the best so far, previews, checkpoints,
 * pauses, and the end of a run whose loss is no number. What a step computes is the job's.
 */
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { formatCount, formatPercent } from '#shared/basics/format.ts'
import { evaluationStage, startOf } from '#shared/experiment/stages.ts'
import { writeCheckpoint, type Checkpoint } from '../checkpoint.ts'
import { finiteLoss } from '../measure/finite-loss.ts'
import { note, Paused, type JobEnd } from '../process/job-context.ts'
import type { MetricValues } from '../measure/metrics.ts'
import { sha256Hex } from '../sha256.ts'
import type { RunState } from './run-state.ts'

/** However long steps take: what a crash may cost. */
const checkpointEveryMs = 5 * 60_000

export interface StepOutcome {
  /** What the optimiser lowers. */
  readonly loss: number | undefined
  /** Reported a few times a second. */
  readonly values: MetricValues
  /** Reported whenever it is there, as the sums of an epoch are. */
  readonly always?: MetricValues
}

export interface StepEvaluation {
  readonly correct: number
  readonly total: number
  /** Kept if it is the best so far. */
  readonly tensors: HostTensors
  /** Measured beside the accuracy. */
  readonly values?: MetricValues
}

export interface StretchEvaluation {
  /** Batches of images that one evaluation takes. */
  readonly batches: number
  /** Whether the network is measured after `done` steps of the stretch. */
  isDue(done: number): boolean
  /** Throws `Paused` when a pause was asked for: it is done again later. */
  measure(): Promise<StepEvaluation>
}

/** A run of steps that share a program; a run is one stretch after another. */
export interface Stretch {
  readonly phase: string
  /** Step of the run at which it begins, from 0. */
  readonly first: number
  readonly steps: number
  /** Of the phase: its steps in stretches before this one, and in all. */
  readonly before: number
  readonly phaseSteps: number
  /** Stage of `TimeLeft` that a step (0 for the first) belongs to; the first of a stage costs extra. */
  stageOf(at: number): string
  /** Makes ready for the first step of this attempt. Done again after a pause. */
  prepare(): Promise<(at: number) => Promise<StepOutcome>>
  readonly evaluation?: StretchEvaluation
  /** Whether a checkpoint is sent after `step` steps of the run, beside those that the clock asks for. */
  isCheckpointDue(step: number): boolean
  /** All that changes what comes: tensors without the best, progress without that of `RunState`. */
  checkpoint(): Promise<Checkpoint<Readonly<Record<string, unknown>>>>
  /** Sends previews of what the run has by now. */
  preview?(): Promise<void>
}

/**
 * Runs what is left of a stretch. `paused` after a checkpoint was sent; throws `AppException` `diverged` when the loss is
 * no number, and `cancelled`.
 */
export async function runSteps(run: RunState, stretch: Stretch): Promise<JobEnd> {
  const { context, metrics } = run
  const { phase, first, steps } = stretch
  const last = first + steps
  skipDone(run, stretch)
  if (run.step > last || (run.step === last && run.isEvaluated)) return 'finished'
  let startedMs = context.now()
  // The first step opens data and compiles programs, for longer than a pause may take; nothing was done before it.
  const tellPhase = (isRepeatable: boolean): void =>
    context.send({ type: 'phase', phase, ...doneOf(run, stretch), firstStep: first - stretch.before, isRepeatable })
  tellPhase(true)
  const step = await stretch.prepare()
  if (run.step < last) note(context, startText(run, stretch))
  if (!run.isEvaluated && (await evaluate(run, stretch)) === 'paused') return 'paused'
  run.snapshots?.reach({ phase, ...doneOf(run, stretch) })
  if (run.step === 0) await showKernels(run, stretch)
  let stage: string | undefined
  while (run.step < last) {
    const at = run.step - first
    const { loss, values, always } = await step(at)
    finiteLoss(loss, run.step + 1)
    run.step += 1
    const isLast = run.step === last
    if (stage === undefined) tellPhase(false)
    const seconds = (context.now() - startedMs) / 1000
    if (stretch.stageOf(at) === stage) metrics.time.record(stage, 1, seconds)
    else {
      stage = stretch.stageOf(at)
      metrics.time.record(startOf(stage), 1, seconds)
      metrics.time.skip(stage, 1)
    }
    if (always !== undefined) metrics.add(run.step, always)
    if (metrics.isDue || isLast) {
      metrics.add(run.step, values)
      metrics.send(run.step)
      tellPhase(false)
    }
    let isKept = false
    run.snapshots?.reach({ phase, ...doneOf(run, stretch) })
    if (stretch.evaluation?.isDue(at + 1) === true) {
      run.isEvaluated = false
      if ((await evaluate(run, stretch)) === 'paused') return 'paused'
    } else await showKernels(run, stretch)
    if (isCheckpointDue(run, stretch)) {
      await sendCheckpoint(run, stretch)
      isKept = true
    }
    await probe(run)
    await context.breathe()
    if (context.isPauseRequested()) return pause(run, stretch, isKept)
    startedMs = context.now()
  }
  return 'finished'
}

/** Previews when somebody may look again, and at steps that a snapshot keeps. */
async function showKernels({ previews, snapshots }: RunState, { preview }: Stretch): Promise<void> {
  if (preview === undefined) return
  const isWorthKeeping = snapshots?.isDue === true && previews.isAffordable
  if (previews.isDue || isWorthKeeping) await previews.take(preview)
}

/** What earlier attempts have done needs no time any more. */
function skipDone({ step, metrics }: RunState, { first, steps, stageOf, evaluation }: Stretch): void {
  let stage: string | undefined
  for (let at = 0; at < Math.min(steps, step - first); at++) {
    if (stageOf(at) !== stage && at + 1 < step - first) metrics.time.skip(startOf(stageOf(at)), 1)
    stage = stageOf(at)
    metrics.time.skip(stage, 1)
    if (evaluation?.isDue(at + 1) === true) metrics.time.skip(evaluationStage, evaluation.batches)
  }
}

function doneOf(
  { step }: RunState,
  { first, before, phaseSteps }: Stretch,
): { readonly done: number; readonly total: number } {
  return { done: before + step - first, total: phaseSteps }
}

function startText({ step }: RunState, { phase, first, steps, before, phaseSteps }: Stretch): string {
  const name = phase.charAt(0).toUpperCase() + phase.slice(1)
  const done = before + step - first
  if (done === 0 && steps === phaseSteps) return `${name}: ${formatCount(phaseSteps)} steps.`
  return `${name}: steps ${formatCount(done + 1)} to ${formatCount(before + steps)} of ${formatCount(phaseSteps)}.`
}

function isCheckpointDue(run: RunState, { first, steps, isCheckpointDue: isDue }: Stretch): boolean {
  const isRequested = run.context.takeCheckpointRequest()
  const isLate = run.context.now() - run.checkpointAtMs >= checkpointEveryMs
  // What follows a stretch is done again after a pause: rounding, compilation, the final evaluation, the package.
  return isRequested || isLate || isDue(run.step) || run.step === first + steps
}

async function evaluate(run: RunState, stretch: Stretch): Promise<JobEnd> {
  const { context, metrics } = run
  if (stretch.evaluation === undefined) return 'finished'
  try {
    const { correct, total, tensors, values } = await stretch.evaluation.measure()
    run.offer(correct, tensors)
    run.isEvaluated = true
    metrics.add(run.step, { 'accuracy.validation': correct / total, ...values })
    metrics.send(run.step)
    const count = `${formatCount(correct)} of ${formatCount(total)} images`
    note(
      context,
      `Validation accuracy ${formatPercent(correct / total)} (${count}) after step ${formatCount(run.step)}.`,
    )
    return 'finished'
  } catch (thrown) {
    if (!(thrown instanceof Paused)) throw thrown
    return pause(run, stretch, false)
  }
}

async function pause(run: RunState, stretch: Stretch, isKept: boolean): Promise<'paused'> {
  run.metrics.send(run.step)
  if (!isKept) await sendCheckpoint(run, stretch)
  return 'paused'
}

async function sendCheckpoint(run: RunState, { phase, checkpoint }: Stretch): Promise<void> {
  const { tensors, progress } = await checkpoint()
  const bytes = writeCheckpoint({ tensors: run.withBest(tensors), progress: { ...progress, ...run.progress } })
  run.context.send({
    type: 'checkpoint',
    step: run.step,
    phase,
    sha256: sha256Hex(bytes),
    bytes: Uint8Array.from(bytes),
  })
  run.checkpointAtMs = run.context.now()
}

/** Once a run turns out to be a long one: what the stages to come cost, where nobody knows. */
async function probe(run: RunState): Promise<void> {
  if (run.isProbed || run.probe === undefined || run.metrics.attemptMs < run.context.probeAfterMs) return
  run.isProbed = true
  if (run.metrics.time.unknown.length > 0) await run.probe()
}
