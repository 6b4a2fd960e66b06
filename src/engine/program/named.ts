import type { NamedTensors } from '#engine/program/program.ts'
import type { tf } from '#engine/program/tfjs.ts'

/** `tensors[name]`; a missing one is a defect of the program and named. */
export function named(tensors: NamedTensors, name: string): tf.Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new RangeError(`the program has no tensor ${name}`)
  return tensor
}
