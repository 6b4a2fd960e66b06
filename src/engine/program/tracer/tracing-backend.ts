/**
 * A TensorFlow.js backend that computes nothing: every kernel call becomes a node of a graph, and every tensor is only
 * a shape. Tensors of other backends cannot enter it, and no value can be read from it.
 */
import { tf } from '#engine/program/tfjs.ts'
import { AppException } from '#shared/basics/result.ts'
import { Attributes } from '../attributes.ts'
import type { ConstantData, GraphDtype, GraphNode, ValueId, ValueSpec } from '../graph.ts'
import { operationFor } from '../operations/registry.ts'

/** Opaque handle by which TensorFlow.js names the storage of a tensor. */
type DataId = tf.DataId

export class TracingBackend extends tf.KernelBackend {
  readonly values: ValueSpec[] = []
  readonly constants = new Map<ValueId, ConstantData>()
  readonly nodes: GraphNode[] = []
  readonly #ids = new WeakMap<DataId, ValueId>()
  readonly #program: string

  constructor(program: string) {
    super()
    this.#program = program
  }

  /** A tensor that stands for a value given at run time. */
  placeholder(spec: ValueSpec): tf.Tensor {
    return this.#tensor(this.#handle(this.#add(spec)))
  }

  /** A tensor with known contents; `data` is kept, not copied. */
  constant(spec: ValueSpec, data: ConstantData): tf.Tensor {
    return this.#tensor(this.#handle(this.#addConstant(spec, data)))
  }

  idOf(tensor: tf.TensorInfo): ValueId {
    const id = this.#ids.get(tensor.dataId)
    if (id !== undefined) return id
    throw new AppException({
      code: 'op-unsupported',
      message: `Program ${this.#program} uses a tensor of shape [${tensor.shape.join(', ')}] that was made outside it`,
      remedy: 'Pass it as an input, as state or as a constant of the program.',
    })
  }

  /** Records one kernel call; throws `op-unsupported` when the operation or one of its attributes is not known. */
  record(
    op: string,
    inputs: tf.NamedTensorInfoMap,
    attributes: Readonly<Record<string, unknown>>,
  ): tf.TensorInfo | tf.TensorInfo[] {
    const operands = new Map<string, ValueId>()
    for (const [name, tensor] of Object.entries(inputs)) {
      if (tensor !== undefined && tensor !== null) operands.set(name, this.idOf(tensor))
    }
    const call = { op, attributes: new Attributes(op, attributes), inputs: this.#specs(operands) }
    const operation = operationFor(op)
    const outputs = operation.infer(call).map((spec) => this.#add(spec))
    this.nodes.push({ op, inputs: operands, attributes: call.attributes, outputs })
    const handles = outputs.map((id) => this.#handle(id))
    const [first] = handles
    return operation.yieldsList || first === undefined ? handles : first
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    const spec = { shape: [...shape], dtype: graphDtype(dtype) }
    return this.#handle(this.#addConstant(spec, constantData(values, spec.dtype))).dataId
  }

  override readSync(dataId: DataId): never {
    throw this.#unreadable(dataId)
  }

  override read(dataId: DataId): Promise<never> {
    return Promise.reject(this.#unreadable(dataId))
  }

  // Every tensor has a handle of its own, so handles need no reference counts.
  override refCount(): number {
    return 1
  }

  override incRef(): void {}

  override disposeData(): boolean {
    return true
  }

  override numDataIds(): number {
    return this.values.length
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }

  override floatPrecision(): 16 | 32 {
    return 32
  }

  override dispose(): void {}

  #add(spec: ValueSpec): ValueId {
    return this.values.push(spec) - 1
  }

  #addConstant(spec: ValueSpec, data: ConstantData): ValueId {
    const id = this.#add(spec)
    this.constants.set(id, data)
    return id
  }

  #specs(operands: ReadonlyMap<string, ValueId>): ReadonlyMap<string, ValueSpec> {
    return new Map([...operands].map(([name, id]) => [name, this.#spec(id)]))
  }

  #spec(id: ValueId): ValueSpec {
    const spec = this.values[id]
    if (spec === undefined) throw new AppException({ code: 'internal', message: `Traced value ${id} does not exist` })
    return spec
  }

  #handle(id: ValueId): tf.TensorInfo {
    const dataId: DataId = {}
    this.#ids.set(dataId, id)
    const { shape, dtype } = this.#spec(id)
    return { dataId, shape: [...shape], dtype }
  }

  #tensor(info: tf.TensorInfo): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(info, this)
  }

  #unreadable(dataId: DataId): AppException {
    const id = this.#ids.get(dataId)
    const source = this.nodes.find((node) => id !== undefined && node.outputs.includes(id))
    const what = source === undefined ? 'an input or a literal' : `a result of ${source.op}`
    return new AppException({
      code: 'op-unsupported',
      message: `Program ${this.#program} reads the contents of ${what}, but while it is compiled no tensor has contents`,
      remedy: 'Express the dependency with tensor operations, or make the value an input or an output.',
    })
  }
}

function graphDtype(dtype: tf.DataType): GraphDtype {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new AppException({ code: 'op-unsupported', message: `Programs cannot use tensors of type ${dtype}` })
}

function constantData(values: tf.backend_util.BackendValues, dtype: GraphDtype): ConstantData {
  // TensorFlow.js hands over numbers or booleans for these types; strings were refused by graphDtype.
  switch (dtype) {
    case 'float32':
      return values instanceof Float32Array ? values.slice() : Float32Array.from(Array.from(values, Number))
    case 'int32':
      return values instanceof Int32Array ? values.slice() : Int32Array.from(Array.from(values, Number))
    case 'bool':
      return Uint8Array.from(Array.from(values, Number))
  }
}
