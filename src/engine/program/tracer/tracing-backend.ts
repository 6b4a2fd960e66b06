/**
 * A TensorFlow.js backend that computes nothing: every kernel call is recorded with its attributes and shapes.
 * Autodiff works on top of it unchanged, so a gradient is traced like any other operation.
 */
import { AppException } from '#shared/result.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { HostTensor } from '#shared/host-tensor.ts'
import type { GraphConstant, GraphNode, GraphValue, ValueDtype } from './graph.ts'
import { shapeRules, type ShapeOf } from './shapes.ts'

export const tracingBackendName = 'nern-tracing'

/** The graph being recorded. One at a time: tracing is synchronous. */
export class Recording {
  readonly values: GraphValue[] = []
  readonly nodes: GraphNode[] = []
  readonly constants: GraphConstant[] = []

  addValue(shape: readonly number[], dtype: ValueDtype): number {
    const id = this.values.length
    this.values.push({ id, shape: [...shape], dtype })
    return id
  }
}

interface TraceData {
  readonly valueId: number
  references: number
}

class TracingBackend extends tf.KernelBackend {
  readonly #data = new WeakMap<object, TraceData>()
  #count = 0
  recording: Recording | undefined

  bind(valueId: number): tf.DataId {
    const dataId = {}
    this.#data.set(dataId, { valueId, references: 1 })
    this.#count += 1
    return dataId
  }

  valueIdOf(dataId: tf.DataId, kernel: string): number {
    const entry = this.#data.get(dataId)
    if (entry === undefined) {
      throw new AppException({
        code: 'op-unsupported',
        message: `${kernel} uses a tensor that was made outside the traced program.`,
        remedy: 'Pass it as an input, a state entry or a constant of the program.',
      })
    }
    return entry.valueId
  }

  active(): Recording {
    if (this.recording === undefined) {
      throw new AppException({ code: 'internal', message: 'The tracing backend was used outside a trace.' })
    }
    return this.recording
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const recording = this.active()
    const valueDtype = toValueDtype(dtype, 'a constant')
    const valueId = recording.addValue(shape, valueDtype)
    const size = shape.reduce((product, extent) => product * extent, 1)
    const data = valueDtype === 'float32' ? new Float32Array(size) : new Int32Array(size)
    for (let i = 0; i < size; i++) data[i] = Number(values[i])
    recording.constants.push({ valueId, ...constantOf(shape, data) })
    return this.bind(valueId)
  }

  override readSync(dataId: object): tf.BackendValues {
    throw new AppException({
      code: 'op-unsupported',
      message: `A program read the value of a tensor while it was traced (value ${this.valueIdOf(dataId, 'read')}).`,
      remedy: 'Values exist only when the program runs; express the decision with operations such as tf.where.',
    })
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return Promise.resolve(this.readSync(dataId))
  }

  override disposeData(dataId: object, force = false): boolean {
    const entry = this.#data.get(dataId)
    if (entry === undefined) return true
    entry.references -= 1
    if (!force && entry.references > 0) return false
    this.#data.delete(dataId)
    this.#count -= 1
    return true
  }

  override incRef(dataId: object): void {
    const entry = this.#data.get(dataId)
    if (entry !== undefined) entry.references += 1
  }

  override refCount(dataId: object): number {
    return this.#data.get(dataId)?.references ?? 0
  }

  override numDataIds(): number {
    return this.#count
  }

  override floatPrecision(): 16 | 32 {
    return 32
  }

  override epsilon(): number {
    return 1e-7
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }
}

function toValueDtype(dtype: string, what: string): ValueDtype {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new AppException({ code: 'op-unsupported', message: `${what} has dtype ${dtype}, which programs do not use.` })
}

function constantOf(
  shape: readonly number[],
  data: Float32Array | Int32Array,
): { readonly tensor: HostTensor; readonly uniform?: number } {
  const tensor: HostTensor =
    data instanceof Float32Array ? { shape, dtype: 'float32', data } : { shape, dtype: 'int32', data }
  const first = data[0]
  if (first === undefined || !data.every((value) => value === first)) return { tensor }
  return { tensor, uniform: first }
}

const backend = new TracingBackend()
let isRegistered = false

/** The backend, registered with TensorFlow.js on first use together with a recorder for every kernel with a rule. */
export function tracingBackend(): TracingBackend {
  if (isRegistered) return backend
  isRegistered = true
  tf.registerBackend(tracingBackendName, () => backend, 0)
  for (const kernelName of Object.keys(shapeRules)) {
    tf.registerKernel({
      kernelName,
      backendName: tracingBackendName,
      kernelFunc: ({ inputs, attrs }) => record(kernelName, inputs, attrs ?? {}),
    })
  }
  tf.registerKernel({
    kernelName: 'Fill',
    backendName: tracingBackendName,
    kernelFunc: ({ attrs }) => recordFill(attrs ?? {}),
  })
  return backend
}

function recordFill(attributes: Readonly<Record<string, unknown>>): tf.TensorInfo {
  const { shape, value, dtype } = attributes as { shape: number[]; value: number; dtype?: string }
  const recording = backend.active()
  const valueDtype = toValueDtype(dtype ?? 'float32', 'Fill')
  const valueId = recording.addValue(shape, valueDtype)
  const scalar = valueDtype === 'float32' ? Float32Array.of(value) : Int32Array.of(value)
  recording.constants.push({ valueId, tensor: constantOf([], scalar).tensor, uniform: value })
  return { dataId: backend.bind(valueId), shape, dtype: valueDtype }
}

function record(
  kernel: string,
  inputs: tf.NamedTensorInfoMap | tf.TensorInfo[],
  attributes: Readonly<Record<string, unknown>>,
): tf.TensorInfo | tf.TensorInfo[] {
  const recording = backend.active()
  const list: ShapeOf[] = []
  const named: Record<string, ShapeOf> = {}
  const ids: Record<string, number> = {}
  const variadic: number[] = []
  const isVariadic = Array.isArray(inputs)
  for (const [name, info] of Object.entries(inputs)) {
    const tensor = info as tf.TensorInfo | undefined
    if (tensor === undefined) continue
    const spec = { shape: tensor.shape, dtype: toValueDtype(tensor.dtype, `an input of ${kernel}`) }
    list.push(spec)
    const valueId = backend.valueIdOf(tensor.dataId, kernel)
    if (isVariadic) variadic.push(valueId)
    else {
      named[name] = spec
      ids[name] = valueId
    }
  }
  const rule = shapeRules[kernel]
  if (rule === undefined) throw new AppException({ code: 'op-unsupported', message: `No rule for ${kernel}.` })
  const results = rule({ inputs: named, list, attributes })
  const outputs = Array.isArray(results) ? (results as readonly ShapeOf[]) : [results as ShapeOf]
  const outputIds = outputs.map((output) => recording.addValue(output.shape, output.dtype))
  recording.nodes.push({
    kernel,
    inputs: isVariadic ? { list: variadic } : ids,
    attributes,
    outputs: outputIds,
  })
  const infos = outputs.map((output, index) => ({
    dataId: backend.bind(outputIds[index] ?? 0),
    shape: [...output.shape],
    dtype: output.dtype,
  }))
  const [single] = infos
  return infos.length === 1 && single !== undefined ? single : infos
}
