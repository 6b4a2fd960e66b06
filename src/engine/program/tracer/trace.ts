/** Runs a program once under the tracing backend and returns what it would compute. */
import { AppException } from '#shared/result.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { NamedTensors, Program } from '#engine/program/program.ts'
import type { Graph, GraphConstant } from './graph.ts'
import { Recording, tracingBackend, tracingBackendName } from './tracing-backend.ts'

/**
 * Throws `AppException` `op-unsupported` when the program uses a kernel without a rule or reads a tensor's value,
 * `internal` when it yields something that is not a tensor of this trace.
 */
export function trace(program: Program): Graph {
  const backend = tracingBackend()
  const previous = tf.engine().backendName
  const recording = new Recording()
  backend.recording = recording
  tf.setBackend(tracingBackendName)
  tf.engine().startScope(program.name)
  try {
    const tensors: Record<string, tf.Tensor> = {}
    const inputs = new Map<string, number>()
    const declare = (name: string, shape: readonly number[], dtype: 'float32' | 'int32'): number => {
      if (tensors[name] !== undefined) {
        throw new AppException({ code: 'internal', message: `${program.name} declares ${name} twice.` })
      }
      const valueId = recording.addValue(shape, dtype)
      tensors[name] = tf.engine().makeTensorFromDataId(backend.bind(valueId), [...shape], dtype)
      return valueId
    }
    for (const [name, spec] of [...Object.entries(program.inputs), ...Object.entries(program.state)]) {
      inputs.set(name, declare(name, spec.shape, spec.dtype))
    }
    for (const [name, tensor] of Object.entries(program.constants)) {
      const valueId = declare(name, tensor.shape, tensor.dtype)
      recording.constants.push({ valueId, tensor } satisfies GraphConstant)
    }
    const results = build(program, tensors)
    const outputs = new Map<string, number>()
    for (const [name, tensor] of Object.entries(results)) {
      outputs.set(name, backend.valueIdOf(tensor.dataId, `output ${name}`))
    }
    return {
      name: program.name,
      values: recording.values,
      nodes: recording.nodes,
      constants: recording.constants,
      inputs,
      outputs,
    }
  } finally {
    tf.engine().endScope()
    backend.recording = undefined
    if (previous !== null && previous !== '' && previous !== tracingBackendName) tf.setBackend(previous)
  }
}

function build(program: Program, tensors: NamedTensors): NamedTensors {
  try {
    return program.build(tensors)
  } catch (thrown) {
    // tfjs asserts with this sentence when a backend lacks a kernel; the name is what the user needs.
    const match = thrown instanceof Error ? /Cannot find registered kernel '([^']+)'/.exec(thrown.message) : null
    if (match?.[1] !== undefined) {
      throw new AppException(
        {
          code: 'op-unsupported',
          message: `The program ${program.name} uses the operation ${match[1]}, which the tracer does not know.`,
          where: `${program.name}: ${match[1]}`,
          remedy: 'Write it with known operations, or add a rule in src/engine/program/tracer/shapes.ts.',
        },
        { cause: thrown },
      )
    }
    throw thrown
  }
}
