import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import { readCheckpoint } from '#trainer/checkpoint.ts'
import { breatheOrPause, jobCancelled, type JobContext, type JobEnd } from '#trainer/process/job-context.ts'
import { RunState, runProgressFields } from '#trainer/steps/run-state.ts'
import { runSteps, type Stretch } from '#trainer/steps/run-steps.ts'
import { TimeLeft } from '#trainer/steps/time-left.ts'

const progressSchema = z.object({ ...runProgressFields, sum: z.number() })

interface Script {
  /** Of a step, in milliseconds. */
  readonly stepMs?: number
  readonly checkpoint?: Uint8Array
  /** Asks for a pause in the step with this number. */
  readonly pauseInStep?: number
  /** Asks for a pause in the evaluation after this step. */
  readonly pauseInEvaluationAfter?: number
  readonly cancelInStep?: number
  readonly requestCheckpointInStep?: number
  readonly lossOf?: (step: number) => number
  /** Correct images of the evaluation after a step. */
  readonly correctAfter?: (step: number) => number
  readonly previewMs?: number
  readonly steps?: number
}

interface Played {
  readonly end: JobEnd
  readonly messages: readonly FromTrainer[]
  readonly run: RunState
  readonly sum: number
}

/** A run whose state is the sum of its step numbers; 10 steps, measured after every fourth and the last. */
async function play(script: Script): Promise<Played> {
  const { stepMs = 100, steps = 10, checkpoint } = script
  const messages: FromTrainer[] = []
  let nowMs = 0
  let request: 'pause' | 'cancel' | undefined
  let wantsCheckpoint = false
  const context: JobContext = {
    executor: { executor: 'onnxruntime', provider: 'cpu', threads: 1 },
    checkpoint,
    send: (message) => messages.push(message),
    now: () => nowMs,
    breathe: () => (request === 'cancel' ? Promise.reject(jobCancelled()) : Promise.resolve()),
    isPauseRequested: () => request === 'pause',
    probeAfterMs: Infinity,
    takeCheckpointRequest() {
      const taken = wantsCheckpoint
      wantsCheckpoint = false
      return taken
    },
  }
  const resumed = checkpoint === undefined ? undefined : readCheckpoint(checkpoint, progressSchema)
  const run = new RunState({
    context,
    time: new TimeLeft([{ name: 'adding', units: steps }], {}),
    seed: 1,
    keep: 'best-validation',
    resumed,
  })
  let sum = resumed?.progress.sum ?? 0
  const tensors = () => ({ sum: float32Tensor([1], Float32Array.of(sum)) })
  const stretch: Stretch = {
    phase: 'adding',
    first: 0,
    steps,
    before: 0,
    phaseSteps: steps,
    stageOf: () => 'adding',
    prepare: () =>
      Promise.resolve((at) => {
        const step = at + 1
        nowMs += stepMs
        sum += step
        if (step === script.pauseInStep) request = 'pause'
        if (step === script.cancelInStep) request = 'cancel'
        if (step === script.requestCheckpointInStep) wantsCheckpoint = true
        const loss = script.lossOf?.(step) ?? 1 / step
        return Promise.resolve({ loss, values: { 'loss.total': loss } })
      }),
    evaluation: {
      batches: 1,
      isDue: (done) => done % 4 === 0 || done === steps,
      async measure() {
        if (run.step === script.pauseInEvaluationAfter) request = 'pause'
        await breatheOrPause(context)
        return { correct: script.correctAfter?.(run.step) ?? run.step, total: 100, tensors: tensors() }
      },
    },
    isCheckpointDue: () => false,
    checkpoint: () => Promise.resolve({ tensors: tensors(), progress: { sum } }),
    preview() {
      nowMs += script.previewMs ?? 0
      context.send({ type: 'preview', step: run.step, layers: [] })
      return Promise.resolve()
    },
  }
  const end = await runSteps(run, stretch)
  return { end, messages, run, sum }
}

function stepsOf(messages: readonly FromTrainer[], type: 'checkpoint' | 'preview'): readonly number[] {
  return messages.flatMap((message) => (message.type === type ? [message.step] : []))
}

function lastCheckpoint(messages: readonly FromTrainer[]): Uint8Array {
  const found = messages.findLast((message) => message.type === 'checkpoint')
  if (found?.type !== 'checkpoint') throw new Error('there is no checkpoint')
  return found.bytes
}

function accuracies(messages: readonly FromTrainer[]): readonly (readonly [number, number])[] {
  const points = messages.flatMap((message) => (message.type === 'metrics' ? message.points : []))
  return points.flatMap(({ name, step, value }) => (name === 'accuracy.validation' ? [[step, value] as const] : []))
}

describe('runSteps', () => {
  test('reports the last step, measures when it is due, and leaves a checkpoint before what follows', async () => {
    const { end, messages, run, sum } = await play({})
    expect(end).toBe('finished')
    expect(sum).toBe(55)
    expect(accuracies(messages)).toEqual([
      [4, 0.04],
      [8, 0.08],
      [10, 0.1],
    ])
    expect(stepsOf(messages, 'checkpoint')).toEqual([10])
    expect(run.best?.['sum']?.data).toEqual(Float32Array.of(55))
    const log = messages.flatMap((message) => (message.type === 'log' ? [message.text] : []))
    expect(log).toEqual([
      'Adding: 10 steps.',
      'Validation accuracy 4.00 % (4 of 100 images) after step 4.',
      'Validation accuracy 8.00 % (8 of 100 images) after step 8.',
      'Validation accuracy 10.00 % (10 of 100 images) after step 10.',
    ])
  })

  test.each([1, 5, 10])('paused in step %i it goes on as if nothing had happened', async (pauseInStep) => {
    const first = await play({ pauseInStep })
    expect(first).toMatchObject({ end: 'paused' })
    expect(stepsOf(first.messages, 'checkpoint')).toEqual([pauseInStep])
    const second = await play({ checkpoint: lastCheckpoint(first.messages) })
    expect(second).toMatchObject({ end: 'finished', sum: 55 })
    expect([...accuracies(first.messages), ...accuracies(second.messages)].map(([step]) => step)).toEqual([4, 8, 10])
  })

  test.each([4, 10])('paused in the evaluation after step %i it does that again and no step', async (after) => {
    const first = await play({ pauseInEvaluationAfter: after })
    expect(first).toMatchObject({ end: 'paused' })
    expect(accuracies(first.messages).map(([step]) => step)).not.toContain(after)
    const second = await play({ checkpoint: lastCheckpoint(first.messages) })
    expect(second).toMatchObject({ end: 'finished', sum: 55 })
    expect(accuracies(second.messages).map(([step]) => step)).toEqual(after === 4 ? [4, 8, 10] : [10])
  })

  test('a paused run keeps what was best before', async () => {
    const correctAfter = (step: number): number => (step === 4 ? 90 : 10)
    const first = await play({ pauseInStep: 6, correctAfter })
    const second = await play({ checkpoint: lastCheckpoint(first.messages), correctAfter })
    expect(second.run.best?.['sum']?.data).toEqual(Float32Array.of(1 + 2 + 3 + 4))
  })

  test('sends a checkpoint every five minutes, however few steps that are, and when one is asked for', async () => {
    const minutes = await play({ stepMs: 2 * 60_000 })
    expect(stepsOf(minutes.messages, 'checkpoint')).toEqual([3, 6, 9, 10])
    const asked = await play({ requestCheckpointInStep: 7 })
    expect(stepsOf(asked.messages, 'checkpoint')).toEqual([7, 10])
    expect(asked.end).toBe('finished')
  })

  test.each([NaN, Infinity])('ends a run whose loss is %s with the step it happened in', async (bad) => {
    await expect(play({ lossOf: (step) => (step === 3 ? bad : 1) })).rejects.toMatchObject({
      code: 'diverged',
      where: 'step 3',
    })
  })

  test('stops where it is cancelled, without a checkpoint', async () => {
    await expect(play({ cancelInStep: 3 })).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('previews take at most a hundredth of the time, and come every two seconds at most', async () => {
    const cheap = await play({ stepMs: 500, steps: 40, previewMs: 0 })
    expect(stepsOf(cheap.messages, 'preview').slice(0, 3)).toEqual([5, 9, 13])
    const dear = await play({ stepMs: 500, steps: 400, previewMs: 100 })
    const [first = 0, second = 0] = stepsOf(dear.messages, 'preview')
    expect((second - first) * 500).toBeGreaterThanOrEqual(100 * 100)
  })
})
