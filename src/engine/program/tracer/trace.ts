/** Runs `build` of a program once under the tracing backend and returns the graph it describes. */
import { tf } from '#engine/program/tfjs.ts'
import { AppException } from '#shared/basics/result.ts'
import type { HostTensor, TensorSpec } from '#shared/tensors/host-tensor.ts'
import type { Graph, NamedValue } from '../graph.ts'
import { operationNames } from '../operations/registry.ts'
import type { NamedTensors, Program } from '../program.ts'
import { simplifyGraph } from './simplify.ts'
import { TracingBackend } from './tracing-backend.ts'

const backendName = 'program-tracer'
let areKernelsRegistered = false

/**
 * Leaves the backend that was active before active again. Throws `AppException` `op-unsupported` when the program uses
 * an operation that cannot be compiled, reads a tensor, or captures one, and `invalid-argument` when its names clash.
 */
export function traceProgram(program: Program): Graph {
  assertUniqueNames(program)
  registerKernels()
  const previous: string | undefined = tf.getBackend()
  const backend = new TracingBackend(program.name)
  tf.registerBackend(backendName, () => backend, 0)
  // Takes effect at once: the factory above is synchronous.
  void tf.setBackend(backendName)
  tf.engine().startScope(program.name)
  try {
    return buildGraph(program, backend)
  } catch (error) {
    throw withProgramName(error, program.name)
  } finally {
    tf.engine().endScope()
    if (previous) void tf.setBackend(previous)
    tf.removeBackend(backendName)
  }
}

function buildGraph(program: Program, backend: TracingBackend): Graph {
  const inputs: NamedValue[] = []
  const tensors: Record<string, tf.Tensor> = {}
  for (const [name, spec] of Object.entries({ ...program.inputs, ...program.state })) {
    const tensor = backend.placeholder(spec)
    tensors[name] = tensor
    inputs.push({ name, value: backend.idOf(tensor) })
  }
  for (const [name, constant] of Object.entries(program.constants)) {
    tensors[name] = backend.constant(constant, constant.data)
  }
  const results = program.build(tensors)
  const outputs = Object.entries(results).map(([name, tensor]) => ({ name, value: backend.idOf(tensor) }))
  assertStateSpecs(program, results)
  const { values, constants, nodes } = backend
  return simplifyGraph({ name: program.name, values, inputs, constants, nodes, outputs })
}

function registerKernels(): void {
  if (areKernelsRegistered) return
  areKernelsRegistered = true
  for (const kernelName of operationNames()) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) => {
        if (backend instanceof TracingBackend) return backend.record(kernelName, inputs, attrs ?? {})
        throw new AppException({ code: 'internal', message: `Kernel ${kernelName} was called without its tracer` })
      },
    })
  }
}

function assertUniqueNames(program: Program): void {
  const names = [program.inputs, program.state, program.constants].flatMap((record) => Object.keys(record))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new AppException({
    code: 'invalid-argument',
    message: `Program ${program.name} declares the name ${twice} more than once among inputs, state and constants`,
  })
}

function assertStateSpecs(program: Program, results: NamedTensors): void {
  for (const [name, spec] of Object.entries(program.state)) {
    const result = results[name]
    if (result === undefined || describe(result) === describe(spec)) continue
    throw new AppException({
      code: 'invalid-argument',
      message: `Program ${program.name} replaces state ${name} of ${describe(spec)} by ${describe(result)}`,
    })
  }
}

function describe(tensor: TensorSpec | HostTensor | tf.Tensor): string {
  return `${tensor.dtype} [${tensor.shape.join(', ')}]`
}

// tfjs-core reports a kernel that the active backend lacks as a plain Error with this text.
const unknownKernel = /^Kernel '(.+?)' not registered/

function withProgramName(error: unknown, program: string): unknown {
  const unknown = error instanceof Error ? unknownKernel.exec(error.message)?.[1] : undefined
  if (unknown !== undefined) {
    return new AppException({
      code: 'op-unsupported',
      message: `Program ${program} uses operation ${unknown}, which cannot be compiled`,
      remedy: 'Express it with supported operations, or add it to src/engine/program/operations.',
    })
  }
  if (error instanceof AppException && error.where === undefined) {
    return new AppException({ ...appError(error), where: `program ${program}` }, { cause: error })
  }
  return error
}

function appError({ code, message, remedy }: AppException): ConstructorParameters<typeof AppException>[0] {
  return { code, message, ...(remedy === undefined ? {} : { remedy }) }
}
