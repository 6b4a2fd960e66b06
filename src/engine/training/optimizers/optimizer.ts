/**
 * Optimisers as pure functions inside a program. An optimiser is one update rule a parameter tensor; its state lives
 * in the executor beside the parameters, under `optimizer.<slot>.<parameter>`. Whatever depends on the step (learning
 * rate, bias corrections) is computed outside and given as scalar inputs `step.<name>`, never baked into the graph.
 */
import type { NamedTensors } from '#engine/program/program.ts'
import type { tf } from '#engine/program/tfjs.ts'
import { float32Tensor, scalarTensor, sizeOf, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { named } from '../../program/named.ts'

export interface UpdateRule {
  /** State tensors of the parameter's own shape: `zeros` or a copy of the `parameter` before the first step. */
  readonly slots: Readonly<Record<string, 'zeros' | 'parameter'>>
  update(call: UpdateCall): Update
}

export interface UpdateCall {
  readonly parameter: tf.Tensor
  readonly gradient: tf.Tensor
  /** By slot name. */
  readonly slots: NamedTensors
  /** By scalar name, shape []. */
  readonly scalars: NamedTensors
}

export interface Update {
  readonly parameter: tf.Tensor
  readonly slots: NamedTensors
}

export interface Optimizer {
  readonly name: string
  /** @param step 1 for the first step */
  scalarsAt(step: number, learningRate: number): Readonly<Record<string, number>>
  ruleFor(parameter: string): UpdateRule
}

/** Specs of the inputs `step.<name>`. */
export function optimizerInputSpecs(optimizer: Optimizer): TensorSpecs {
  const names = Object.keys(optimizer.scalarsAt(1, 1))
  return Object.fromEntries(names.map((name) => [`step.${name}`, { shape: [], dtype: 'float32' }]))
}

/** Values of those inputs. @param step 1 for the first step */
export function optimizerInputsAt(optimizer: Optimizer, step: number, learningRate: number): HostTensors {
  const scalars = Object.entries(optimizer.scalarsAt(step, learningRate))
  return Object.fromEntries(scalars.map(([name, value]) => [`step.${name}`, scalarTensor(value)]))
}

/** Specs of the optimiser's state for these parameters. */
export function optimizerStateSpecs(optimizer: Optimizer, parameters: TensorSpecs): TensorSpecs {
  const specs: Record<string, TensorSpecs[string]> = {}
  for (const [name, { shape }] of Object.entries(parameters)) {
    for (const slot of Object.keys(optimizer.ruleFor(name).slots))
      specs[slotName(slot, name)] = { shape, dtype: 'float32' }
  }
  return specs
}

/** The optimiser's state before the first step from `parameters`. */
export function initialOptimizerState(optimizer: Optimizer, parameters: HostTensors): HostTensors {
  const state: Record<string, HostTensors[string]> = {}
  for (const [name, { shape, data }] of Object.entries(parameters)) {
    for (const [slot, start] of Object.entries(optimizer.ruleFor(name).slots)) {
      const values = start === 'parameter' ? Float32Array.from(data) : new Float32Array(sizeOf(shape))
      state[slotName(slot, name)] = float32Tensor(shape, values)
    }
  }
  return state
}

/**
 * One step: new parameters and new state, under their names.
 * @param parameters names of the parameters to update
 * @param gradients by parameter name
 * @param tensors inputs and state of the program
 */
export function applyOptimizer(
  optimizer: Optimizer,
  parameters: readonly string[],
  gradients: NamedTensors,
  tensors: NamedTensors,
): NamedTensors {
  const scalarNames = Object.keys(optimizer.scalarsAt(1, 1))
  const scalars = Object.fromEntries(scalarNames.map((name) => [name, named(tensors, `step.${name}`)]))
  const updated: Record<string, tf.Tensor> = {}
  for (const name of parameters) {
    const rule = optimizer.ruleFor(name)
    const slotNames = Object.keys(rule.slots)
    const update = rule.update({
      parameter: named(tensors, name),
      gradient: named(gradients, name),
      slots: Object.fromEntries(slotNames.map((slot) => [slot, named(tensors, slotName(slot, name))])),
      scalars,
    })
    updated[name] = update.parameter
    for (const slot of slotNames) updated[slotName(slot, name)] = named(update.slots, slot)
  }
  return updated
}

function slotName(slot: string, parameter: string): string {
  return `optimizer.${slot}.${parameter}`
}
