import { describe, expect, test } from 'vitest'
import { evaluationStage, type SecondsByStage, type Stage } from '#shared/experiment/stages.ts'
import { TimeLeft } from '#trainer/steps/time-left.ts'

/** Seconds a unit as this machine would take; a step on images costs 70 steps of reconstruction. */
const costs: SecondsByStage = {
  'start of reconstruction': 0.4,
  reconstruction: 0.01,
  'start of distillation': 2.5,
  distillation: 0.7,
  'start of quantisation': 3,
  quantisation: 0.8,
  [evaluationStage]: 0.002,
  packaging: 1.5,
}

const stages: readonly Stage[] = [
  { name: 'start of reconstruction', units: 1, assumedSeconds: 1 },
  { name: 'reconstruction', units: 6000 },
  { name: 'start of distillation', units: 1, assumedSeconds: 1 },
  { name: 'distillation', units: 200 },
  { name: 'start of quantisation', units: 4, assumedSeconds: 1 },
  { name: 'quantisation', units: 80 },
  { name: evaluationStage, units: 3 * 5000 + 15_000 },
  { name: 'packaging', units: 1, assumedSeconds: 1 },
]

/** The run in its order, in pieces of at most a second, as [stage, units]. */
function pieces(): readonly (readonly [string, number])[] {
  const each = (name: string, units: number, size: number): readonly (readonly [string, number])[] =>
    Array.from({ length: Math.ceil(units / size) }, (_, i) => [name, Math.min(size, units - i * size)] as const)
  const order: readonly (readonly [string, number, number])[] = [
    ['start of reconstruction', 1, 1],
    ['reconstruction', 6000, 50],
    [evaluationStage, 5000, 250],
    ['start of distillation', 1, 1],
    ['distillation', 200, 1],
    [evaluationStage, 5000, 250],
    ['start of quantisation', 4, 1],
    ['quantisation', 80, 1],
    [evaluationStage, 5000, 250],
    ['packaging', 1, 1],
    [evaluationStage, 15_000, 250],
  ]
  return order.flatMap(([name, units, size]) => each(name, units, size))
}

/** Largest relative error of the time left, of all moments from `from` of the run on with at least 2 s to go. */
function worstError(time: TimeLeft, from: number, slowdown: (elapsed: number) => number = () => 1): number {
  const timed = pieces().map(([name, units]) => ({ name, units, seconds: units * (costs[name] ?? NaN) }))
  let elapsed = 0
  const ends = timed.map(({ name, units, seconds }) => {
    const taken = seconds * slowdown(elapsed)
    elapsed += taken
    return { name, units, taken, at: elapsed }
  })
  const total = elapsed
  const errors = ends.map(({ name, units, taken, at }) => {
    time.record(name, units, taken)
    const left = total - at
    if (at < from * total || left < 2) return 0
    return Math.abs((time.remainingSeconds ?? Infinity) - left) / left
  })
  return Math.max(...errors)
}

describe('the time left', () => {
  test('is within 25 % from a tenth of the run on, from a probe of the stages to come', () => {
    const time = new TimeLeft(stages, {})
    expect(time.remainingSeconds).toBeUndefined()
    expect(time.unknown).toEqual(['reconstruction', 'distillation', 'quantisation', evaluationStage])
    time.learn('distillation', 0.7 * 1.1)
    time.learn('quantisation', 0.7 * 1.1)
    time.learn(evaluationStage, 0.002 * 0.85)
    expect(worstError(time, 0.1)).toBeLessThan(0.25)
  })

  test('is within 25 % from a tenth of the run on, from paces of earlier runs', () => {
    expect(worstError(new TimeLeft(stages, costs), 0.1)).toBeLessThan(0.05)
  })

  test('follows a machine that gets slower by half in the middle', () => {
    const time = new TimeLeft(stages, costs)
    // Nobody can know before it happens: from a tenth after it on.
    expect(worstError(time, 0.6, (elapsed) => (elapsed > 120 ? 1.5 : 1))).toBeLessThan(0.25)
  })

  test('counts neither what an earlier attempt did nor stages without units', () => {
    const time = new TimeLeft([...stages, { name: 'never', units: 0 }], costs)
    time.skip('reconstruction', 6000)
    time.skip('start of reconstruction', 1)
    const whole = new TimeLeft(stages, costs).remainingSeconds ?? NaN
    expect(time.remainingSeconds).toBeCloseTo(whole - 60 - 0.4, 6)
  })

  test('hands on what this attempt measured, and nothing that was only known', () => {
    const time = new TimeLeft(stages, costs)
    time.record('distillation', 2, 1)
    time.record('distillation', 2, 1)
    expect(Object.keys(time.measured)).toEqual(['distillation'])
    expect(time.measured['distillation']).toBeCloseTo(0.5, 6)
  })
})
