/** Collects the nodes and initializers of an ONNX graph; equal ones are created once. */
import type { ConstantData, GraphDtype } from '../graph.ts'
import type { OnnxAttributes, OnnxDomain, OnnxInitializer, OnnxNode } from './model.ts'

/** Initializers up to this many elements are compared by contents, larger ones by the identity of their data. */
const smallInitializerSize = 256

export class GraphBuilder {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxInitializer[] = []
  readonly #nodesByKey = new Map<string, string>()
  readonly #producers = new Map<string, OnnxNode>()
  readonly #knownShapes = new Map<string, string>()
  readonly #initializersByKey = new Map<string, string>()
  readonly #dataIds = new WeakMap<ConstantData, number>()
  #dataCount = 0
  #nameCount = 0

  /** Adds a node with one output and returns the name of that output. */
  emit(op: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain: OnnxDomain = ''): string {
    const key = JSON.stringify([op, domain, inputs, attributes])
    const known = this.#nodesByKey.get(key)
    if (known !== undefined) return known
    const output = this.#newName(op)
    const node: OnnxNode = { op, domain, inputs, outputs: [output], attributes }
    this.nodes.push(node)
    this.#producers.set(output, node)
    this.#nodesByKey.set(key, output)
    return output
  }

  /** Emits a `Reshape`; the reshape of a reshape reads the first operand, or is it when the shape is known again. */
  reshape(name: string, shape: readonly number[]): string {
    const producer = this.#producers.get(name)
    const source = producer?.op === 'Reshape' ? (producer.inputs[0] ?? name) : name
    if (this.#knownShapes.get(source) === shape.join()) return source
    return this.emit('Reshape', [source, this.int64(shape)])
  }

  /** Lets `reshape` recognise the shape that the tensor has already. */
  rememberShape(name: string, shape: readonly number[]): void {
    this.#knownShapes.set(name, shape.join())
  }

  /** Shapes, axes and the like are int64 operands in ONNX. */
  int64(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const key = `int64 [${shape.join()}] ${values.join()}`
    return this.#addInitializer(key, { dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) })
  }

  /** One number; `shape` holds ones only. */
  scalar(dtype: GraphDtype, value: number, shape: readonly number[] = []): string {
    return this.initializer(dtype, shape, scalarData(dtype, value))
  }

  initializer(dtype: GraphDtype, shape: readonly number[], data: ConstantData): string {
    const contents = data.length <= smallInitializerSize ? data.join() : `#${this.#dataId(data)}`
    return this.#addInitializer(`${dtype} [${shape.join()}] ${contents}`, { dtype, shape, data })
  }

  #addInitializer(key: string, content: Omit<OnnxInitializer, 'name'>): string {
    const known = this.#initializersByKey.get(key)
    if (known !== undefined) return known
    const name = this.#newName('constant')
    this.initializers.push({ name, ...content })
    this.#initializersByKey.set(key, name)
    return name
  }

  #newName(hint: string): string {
    return `${hint}_${this.#nameCount++}`
  }

  #dataId(data: ConstantData): number {
    const known = this.#dataIds.get(data)
    if (known !== undefined) return known
    this.#dataIds.set(data, this.#dataCount)
    return this.#dataCount++
  }
}

function scalarData(dtype: GraphDtype, value: number): ConstantData {
  switch (dtype) {
    case 'float32':
      return Float32Array.of(value)
    case 'int32':
      return Int32Array.of(value)
    case 'bool':
      return Uint8Array.of(value)
  }
}
