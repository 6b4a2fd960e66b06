import type { Program } from '#engine/program/program.ts'
import type { HostTensor, HostTensors, TensorSpec, TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'

/** Throws `AppException` `invalid-argument` when an input is missing, unknown, or not as declared. */
export function checkInputs(program: Program, inputs: HostTensors): void {
  checkTensors(program.name, 'input', program.inputs, inputs)
  const unknown = Object.keys(inputs).find((name) => program.inputs[name] === undefined)
  if (unknown !== undefined) throw wrong(`Program ${program.name} has no input ${unknown}`)
}

/** Throws `AppException` `invalid-argument` when a tensor is missing or has another shape or type than declared. */
export function checkTensors(program: string, role: 'input' | 'state', specs: TensorSpecs, given: TensorSpecs): void {
  for (const [name, spec] of Object.entries(specs)) {
    const tensor = given[name]
    if (tensor === undefined) throw wrong(`Program ${program} was run without ${role} ${name}`)
    if (describe(tensor) === describe(spec)) continue
    throw wrong(`Program ${program} needs ${role} ${name} as ${describe(spec)}, got ${describe(tensor)}`)
  }
}

/** A tensor that shares no memory with `tensor`. */
export function copyTensor(tensor: HostTensor): HostTensor {
  return tensor.dtype === 'float32'
    ? { shape: tensor.shape, dtype: 'float32', data: tensor.data.slice() }
    : { shape: tensor.shape, dtype: 'int32', data: tensor.data.slice() }
}

function describe({ dtype, shape }: TensorSpec): string {
  return `${dtype} [${shape.join(', ')}]`
}

function wrong(message: string): AppException {
  return new AppException({ code: 'invalid-argument', message })
}
