/** The weights of every represented layer, out of the predictor (method 1.3). */
import type { Program } from '#engine/program/program.ts'
import type { TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { assembleWeights } from '../kernels.ts'
import type { Representation } from '../representation.ts'

/**
 * State: the predictor's parameters. Outputs: the weight of each represented layer, under its parameter name; `into` the
 * executor's state, where they replace the weights an evaluation reads (and must exist before), or back to the `caller`.
 */
export function predictAllProgram(representation: Representation, into: 'state' | 'caller'): Program {
  const { table, tables, prediction, parameterSpecs } = representation
  const weightSpecs: TensorSpecs = Object.fromEntries(
    table.layers.map(({ name, shape }) => [name, { shape, dtype: 'float32' }]),
  )
  return {
    name: 'predict-all',
    inputs: {},
    state: into === 'state' ? { ...parameterSpecs, ...weightSpecs } : parameterSpecs,
    constants: tables.constants,
    build: (tensors) => assembleWeights(prediction.rowsInParts(tensors), table),
  }
}
