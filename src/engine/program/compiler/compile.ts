/** From a program to the bytes of an ONNX model. */
import { encodeModel } from '../onnx/encode.ts'
import { lowerGraph } from './lower.ts'
import type { LoweringTarget } from '../onnx/lowering.ts'
import type { Program } from '../program.ts'
import { traceProgram } from '../tracer/trace.ts'

export interface OnnxProgram {
  readonly bytes: Uint8Array
  /** Program name of every input and state entry, with its name in the model. */
  readonly inputs: ReadonlyMap<string, string>
  /** Program name of every output, with its name in the model. */
  readonly outputs: ReadonlyMap<string, string>
}

/** Throws `AppException` `op-unsupported` naming the operation when the program cannot be expressed. */
export function compileToOnnx(program: Program, target: LoweringTarget): OnnxProgram {
  const { model, inputs, outputs } = lowerGraph(traceProgram(program), target)
  return { bytes: encodeModel(model), inputs, outputs }
}
