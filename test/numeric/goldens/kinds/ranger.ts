/** 05: Ranger from stored gradients, and learning rate schedules. */
import type { Executor } from '#engine/executors/executor.ts'
import { named } from '#engine/program/named.ts'
import {
  applyOptimizer,
  initialOptimizerState,
  optimizerInputsAt,
  optimizerInputSpecs,
  optimizerStateSpecs,
} from '#engine/training/optimizers/optimizer.ts'
import { ranger } from '#engine/training/optimizers/ranger.ts'
import { learningRateAt } from '#engine/training/schedule.ts'
import type { Program } from '#engine/program/program.ts'
import { float32Tensor, sizeOf, type HostTensor, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import type { Checks } from '../checks.ts'
import { numberList, type GoldenCase } from '../golden-case.ts'
import { dataOf } from '#test/support/run-program.ts'

export async function checkRanger(golden: GoldenCase, checks: Checks, executor: Executor): Promise<void> {
  checkSchedules(golden, checks)
  const optimizer = rangerOf(golden)
  const stepSizes = golden.scalars['step_size_t']
  if (stepSizes !== undefined) {
    numberList(stepSizes).forEach((stepSize, at) => {
      const actual = optimizer.scalarsAt(at + 1, 1)['rangerStepSize'] ?? NaN
      checks.near(`step size ${at + 1}`, actual, stepSize, 1e-9 * stepSize)
    })
  }
  for (const key of Object.keys(golden.scalars)) {
    const tag = /^(.+)\.lr$/.exec(key)?.[1]
    if (tag !== undefined) await checkSteps(golden, checks, executor, tag)
  }
}

async function checkSteps(golden: GoldenCase, checks: Checks, executor: Executor, tag: string): Promise<void> {
  const optimizer = rangerOf(golden)
  const names = [...golden.file().keys()].flatMap((name) => /^(p\d+)\.init$/.exec(name)?.[1] ?? [])
  const initial = Object.fromEntries(names.map((name) => [name, golden.tensor(`${name}.init`)]))
  const specs: TensorSpecs = Object.fromEntries(
    Object.entries(initial).map(([name, { shape }]) => [name, { shape, dtype: 'float32' }]),
  )
  const program: Program = {
    name: 'golden ranger',
    inputs: {
      ...Object.fromEntries(Object.entries(specs).map(([name, spec]) => [`gradient.${name}`, spec])),
      ...optimizerInputSpecs(optimizer),
    },
    state: { ...specs, ...optimizerStateSpecs(optimizer, specs) },
    constants: {},
    build(tensors) {
      const gradients = Object.fromEntries(names.map((name) => [name, named(tensors, `gradient.${name}`)]))
      return applyOptimizer(optimizer, names, gradients, tensors)
    },
  }
  const compiled = await executor.compile(program)
  const state = executor.createState({ ...initial, ...initialOptimizerState(optimizer, initial) })
  const tolerance = golden.number('tolerance', 'params_abs')
  const rates = numberList(golden.scalars[`${tag}.lr`])
  for (const [at, rate] of rates.entries()) {
    const gradients = Object.fromEntries(names.map((name) => [`gradient.${name}`, row(golden, `${name}.grads`, at)]))
    await compiled.run({ ...gradients, ...optimizerInputsAt(optimizer, at + 1, rate) }, state)
    const after = await state.read(names)
    for (const name of names) {
      const expected = row(golden, `${name}.${tag}.after_step`, at)
      checks.allNear(`${tag}: ${name} after step ${at + 1}`, dataOf(after, name), expected.data, tolerance)
    }
  }
  const slots = { final_exp_avg: 'firstMoment', final_exp_avg_sq: 'secondMoment', final_slow: 'slow' }
  const final = await state.read()
  for (const name of names) {
    for (const [theirs, ours] of Object.entries(slots)) {
      const expected = golden.values(`${name}.${tag}.${theirs}`)
      checks.allNear(`${tag}: ${name} ${ours}`, dataOf(final, `optimizer.${ours}.${name}`), expected, tolerance)
    }
  }
  state.dispose()
  compiled.dispose()
}

function checkSchedules(golden: GoldenCase, checks: Checks): void {
  for (const [key, values] of Object.entries(golden.scalars)) {
    const match = /^schedule\.(cosine|exponential)\.T(\d+)$/.exec(key)
    if (match !== null) checkSchedule(key, match[1] === 'cosine' ? 'cosine' : 'exponential', Number(match[2]), values)
  }
  const cosine = golden.scalars['cosine.lr']
  if (cosine !== undefined) checkSchedule('cosine.lr', 'cosine', golden.number('config', 'cosine_T_max'), cosine)

  function checkSchedule(name: string, type: 'cosine' | 'exponential', steps: number, values: unknown): void {
    const learningRate = golden.number('config', 'lr')
    const minLearningRate = golden.number('config', 'eta_min')
    numberList(values).forEach((expected, step) => {
      const actual = learningRateAt({ type, learningRate, minLearningRate, steps, warmupSteps: 0 }, step)
      checks.near(`${name} at ${step}`, actual, expected, 1e-9 * expected)
    })
  }
}

function rangerOf(golden: GoldenCase) {
  const [beta1 = NaN, beta2 = NaN] = numberList(golden.config['betas'])
  return ranger({
    beta1,
    beta2,
    epsilon: golden.number('config', 'eps'),
    weightDecay: golden.number('config', 'weight_decay'),
    lookaheadSteps: golden.number('config', 'k'),
    lookaheadShare: golden.number('config', 'alpha'),
    rectificationThreshold: golden.number('config', 'N_sma_threshold'),
  })
}

/** Row `at` of a stacked tensor. */
function row(golden: GoldenCase, name: string, at: number): HostTensor {
  const shape = golden.shape(name).slice(1)
  const size = sizeOf(shape)
  return float32Tensor(shape, golden.values(name).slice(at * size, (at + 1) * size))
}
