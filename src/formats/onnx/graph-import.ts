import type { Network, NetworkNode, ParameterSpec } from '#networks/network.ts'
import { nodeShape, type SampleShape } from '#networks/node-shape.ts'
import {
  defaultPreprocessing,
  formatPreprocessing,
  isSamePreprocessing,
  preprocessingSchema,
  type Preprocessing,
} from '#shared/network/preprocessing.ts'
import { float32Tensor, sizeOf, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { countElements, type FileTensor } from '../file-tensor.ts'
import { METADATA_KEY } from '../safetensors/header.ts'
import { mostIntegers } from './integers.ts'
import { isNonNegative } from './non-negative.ts'
import { ImportNotes } from './notes.ts'
import type { OperatorCall, ImportedValue, ViewValue } from './operator-call.ts'
import { arrangementOf, extentsOf, featureOrder, mapOrder, transposedView, viewOfVector, wholeView } from './view.ts'
import type { View } from './view.ts'

interface Parameter {
  readonly spec: ParameterSpec
  readonly value: HostTensor
}

/** What a parameter is made of; equal sources are one parameter (weights that layers share). */
export interface ParameterSource {
  /** Name it gets if it is free. */
  readonly name: string
  readonly shape: readonly number[]
  readonly role: ParameterSpec['role']
  /** Tells this use of a tensor from others of it. */
  readonly key: string
  values(): Float32Array
}

/** Maps as the studio has them, and the way back to the axes they had in the graph. */
interface Maps {
  /** Identifiers of nodes. */
  readonly inputs: readonly string[]
  /** Where batch, channels, height and width were among the axes. */
  readonly order: readonly number[]
  restored(value: ViewValue): ViewValue
}

const longestName = 500

/** The network that grows while the nodes of an ONNX graph are read. */
export class GraphImport {
  readonly inputShape: Network['inputShape']
  /** Extent that stands for the batch in shapes. */
  readonly batch: number
  readonly #nodes = new Map<string, NetworkNode>()
  readonly #shapes = new Map<string, SampleShape>()
  readonly #parameters = new Map<string, Parameter>()
  readonly #claims = new Map<string, string>()
  readonly #arranged = new Map<string, string>()
  /** The ONNX value that a node was added for. */
  readonly #names = new Map<string, string>()
  readonly #uses: ReadonlyMap<string, number>
  readonly #nonNegative = new Set<string>()
  readonly notes = new ImportNotes()
  #preprocessing: Preprocessing | undefined

  /** @param uses how often each ONNX value is looked at */
  constructor(inputShape: Network['inputShape'], batch: number, uses: ReadonlyMap<string, number>) {
    this.inputShape = inputShape
    this.batch = batch
    this.#uses = uses
    this.#nodes.set(inputId, { op: 'input', id: inputId })
    this.#shapes.set(inputId, [inputShape.channels, inputShape.height, inputShape.width])
  }

  get input(): ViewValue {
    return this.valueOf(inputId)
  }

  /** In the order they were claimed. */
  get parameters(): readonly Parameter[] {
    return [...this.#parameters.values()]
  }

  get nodes(): readonly NetworkNode[] {
    return [...this.#nodes.values()]
  }

  /** ImageNet's where the graph does not normalise its images itself, as for every network without one. */
  get preprocessing(): Preprocessing {
    return this.#preprocessing ?? defaultPreprocessing
  }

  valueOf(id: string): ViewValue {
    return { kind: 'view', view: wholeView(id, this.shapeOf(id), this.batch) }
  }

  shapeOf(id: string): SampleShape {
    const shape = this.#shapes.get(id)
    if (shape === undefined) throw new RangeError(`node ${id} was not added before it was used`)
    return shape
  }

  /** A tensor of the file: integers for shapes, or weights. */
  constantOf(name: string, tensor: FileTensor): ImportedValue {
    const isInteger = tensor.dtype === 'int64' || tensor.dtype === 'int32' || tensor.dtype === 'bool'
    if (!isInteger || countElements(tensor.shape) === undefined) return { kind: 'weights', name, tensor }
    if (tensor.bytes.byteLength > 8 * mostIntegers) return { kind: 'weights', name, tensor }
    return { kind: 'integers', shape: tensor.shape, values: integersOf(tensor) }
  }

  /** Whether nobody but `operation` looks at the output of a node, and it does so directly. */
  isUsedOnce({ node }: OperatorCall, id: string): boolean {
    const name = this.#names.get(id)
    return name !== undefined && node.inputs.includes(name) && this.#uses.get(name) === 1
  }

  /** Whether a node never yields a number below 0, as far as that is seen. */
  isNonNegative(id: string): boolean {
    return this.#nonNegative.has(id)
  }

  node(id: string): NetworkNode {
    const node = this.#nodes.get(id)
    if (node === undefined) throw new RangeError(`node ${id} was not added before it was used`)
    return node
  }

  /** Adds a node that does what `operation` asks for; its identifier is made from the name of what it computes. */
  add(operation: OperatorCall, make: (id: string) => NetworkNode, name = operation.output): ViewValue {
    const node = make(this.#freeName(name, (id) => this.#nodes.has(id)))
    const shape = nodeShape(node, {
      image: this.shapeOf(inputId),
      shapeOf: (id) => this.#shapes.get(id),
      parameter: (parameter) => this.#parameters.get(parameter)?.spec.shape,
    })
    if (!shape.ok) {
      if (shape.error.code === 'file-unsafe') return operation.unsafe(shape.error.message)
      return operation.corrupt(shape.error.message)
    }
    this.#nodes.set(node.id, node)
    this.#shapes.set(node.id, shape.value)
    this.#names.set(node.id, name)
    if (isNonNegative(node, (input) => this.#nonNegative.has(input))) this.#nonNegative.add(node.id)
    return this.valueOf(node.id)
  }

  /** Adds a node that changes every number by itself: it commutes with whatever was done to the axes of its input. */
  pointwise(operation: OperatorCall, value: ViewValue, make: (id: string, input: string) => NetworkNode): ViewValue {
    if (isArranged(value.view)) {
      const input = this.either(operation, value)
      return this.add(operation, (id) => make(id, input))
    }
    this.#settle(operation, value)
    const { node } = value.view
    const added = this.add(operation, (id) => make(id, node))
    return { kind: 'view', view: { ...value.view, node: idOf(added) } }
  }

  /** Puts another node in the place of one with the same name and output. */
  replace(node: NetworkNode): void {
    this.#nodes.set(node.id, node)
  }

  /** Name of the parameter with these values. */
  parameter(operation: OperatorCall, source: ParameterSource): string {
    const key = `${source.role} ${source.shape.join('x')} ${source.key}`
    const known = this.#claims.get(key)
    if (known !== undefined) return known
    const values = source.values()
    if (values.length !== sizeOf(source.shape)) {
      operation.corrupt(`expected [${source.shape.join(', ')}] as ${source.role}, found ${values.length} values`)
    }
    const name = this.#freeName(source.name, (wanted) => this.#parameters.has(wanted) || wanted === METADATA_KEY)
    const spec = { name, shape: source.shape, role: source.role }
    this.#parameters.set(name, { spec, value: float32Tensor(source.shape, values) })
    this.#claims.set(key, name)
    return name
  }

  /** Changes the values of a parameter that one node alone has. */
  change(name: string, change: (value: number, at: number) => number): void {
    const parameter = this.#parameters.get(name)
    if (parameter === undefined) throw new RangeError(`parameter ${name} was not added before it was changed`)
    const values = Float32Array.from(parameter.value.data, change)
    this.#parameters.set(name, { ...parameter, value: float32Tensor(parameter.spec.shape, values) })
  }

  /** Whether these parameter names are free. */
  areFree(names: readonly string[]): boolean {
    return names.every((name) => !this.#parameters.has(name))
  }

  /** Identifier of the node that yields a value as a map [channels, height, width]. */
  map(operation: OperatorCall, value: ViewValue): string {
    const rank = value.view.axes.length
    if (rank !== 4) operation.unsupported(`expected maps [batch, channels, height, width], found ${rank} axes`)
    return this.#arrange(operation, value)
  }

  /** Identifier of the node that yields a value as a vector [features]. */
  vector(operation: OperatorCall, value: ViewValue): string {
    const rank = value.view.axes.length
    if (rank !== 2) operation.unsupported(`expected vectors [batch, features], found ${rank} axes`)
    return this.#arrange(operation, value)
  }

  /** Values of one arrangement of axes as maps: with the channels last, as TensorFlow has them, they are turned. */
  maps(operation: OperatorCall, values: readonly ViewValue[]): Maps {
    const isUsual = values.every(({ view }) => view.axes.length === 4 && isArranged(view))
    const largest = values.toSorted((left, right) => elementsOf(right) - elementsOf(left))[0]
    const order = isUsual || largest === undefined ? undefined : mapOrder(largest.view)
    if (order === undefined) {
      const inputs = values.map((value) => this.map(operation, value))
      return { inputs, order: [0, 1, 2, 3], restored: (value) => value }
    }
    const turned = (value: ViewValue, to: readonly number[]): ViewValue => {
      return { ...value, view: transposedView(value.view, to) ?? value.view }
    }
    return {
      inputs: values.map((value) => this.map(operation, turned(value, order))),
      order,
      restored: (value) =>
        turned(
          value,
          [0, 1, 2, 3].map((axis) => order.indexOf(axis)),
        ),
    }
  }

  /**
   * Identifier of the node that yields a value as a vector, if need be with its features in another order: `order` then
   * says which feature of the node each of the value's is.
   */
  features(operation: OperatorCall, value: ViewValue): { readonly id: string; readonly order?: Int32Array } {
    const order = isArranged(value.view) ? undefined : featureOrder(value.view)
    if (order === undefined) return { id: this.vector(operation, value) }
    const whole = wholeView(value.view.node, value.view.shape, this.batch)
    const [batch = [], ...sample] = whole.axes
    return { id: this.vector(operation, { ...value, view: { ...whole, axes: [batch, sample.flat()] } }), order }
  }

  /** A value as the output of a node, where a node can bring it about (a channel shuffle, say); else the value itself. */
  settled(operation: OperatorCall, value: ViewValue): ViewValue {
    return isArranged(value.view) ? this.valueOf(this.either(operation, value)) : value
  }

  /** Which of the axes of a value are the channels of a map; undefined for anything else than a map. */
  channelAxis({ view }: ViewValue): number | undefined {
    if (view.axes.length !== 4) return undefined
    return isArranged(view) ? 1 : mapOrder(view)?.[1]
  }

  /** A value of one axis beside the batch, in whatever order, as a view of a vector. */
  flattened(operation: OperatorCall, value: ViewValue): ViewValue {
    const { id } = this.features(operation, value)
    return { kind: 'view', view: viewOfVector(value.view, id) }
  }

  /** A map or a vector, whichever the value is. */
  either(operation: OperatorCall, value: ViewValue): string {
    return value.view.axes.length === 2 ? this.vector(operation, value) : this.map(operation, value)
  }

  #arrange(operation: OperatorCall, value: ViewValue): string {
    this.#settle(operation, value)
    const { view } = value
    const key = `${view.node} ${JSON.stringify(view.axes)}`
    const known = this.#arranged.get(key)
    if (known !== undefined) return known
    const id = this.#arrangedNode(operation, view)
    this.#arranged.set(key, id)
    return id
  }

  #arrangedNode(operation: OperatorCall, view: View): string {
    const arrangement = arrangementOf(view)
    const { node: input } = view
    switch (arrangement?.kind) {
      case 'as-is':
        return input
      case 'flattened': {
        const source = this.node(input)
        // The average over all pixels yields a vector of its own accord.
        const isPooled = source.op === 'adaptive-average-pool' && source.size[0] === 1 && source.size[1] === 1
        return isPooled
          ? idOf(
              this.add(operation, (id) => ({ op: 'global-average-pool', id, input: source.input }), `${input}.vector`),
            )
          : idOf(this.add(operation, (id) => ({ op: 'flatten', id, input }), `${input}.vector`))
      }
      case 'shuffled': {
        const { groups } = arrangement
        return idOf(this.add(operation, (id) => ({ op: 'channel-shuffle', id, input, groups }), `${input}.shuffled`))
      }
      case 'subsampled':
        return idOf(
          this.add(
            operation,
            (id) => ({ op: 'subsample-pad', id, input, channelsBefore: 0, channelsAfter: 0 }),
            `${input}.subsampled`,
          ),
        )
      case 'one-pixel':
        return idOf(this.add(operation, (id) => ({ op: 'one-pixel', id, input }), `${input}.pixel`))
      case undefined:
        return operation.unsupported(
          `its operand [${extentsOf(view).join(', ')}] is a rearranged map that is no flatten, channel shuffle or subsampling`,
        )
    }
  }

  /** What was done to the image before its first use is its normalisation, the same for all uses. */
  #settle(operation: OperatorCall, { view, normalisation }: ViewValue): void {
    if (view.node !== inputId) return
    const found = normalisation === undefined ? defaultPreprocessing : scaledToOne(operation, normalisation)
    const known = this.#preprocessing
    if (known !== undefined && !isSamePreprocessing(known, found)) {
      operation.unsupported('the images are normalised in more than one way')
    }
    this.#preprocessing = found
    if (known === undefined && normalisation !== undefined) {
      this.notes.say(
        `What is done to the images at the beginning became the preprocessing: ${formatPreprocessing(found)}.`,
      )
    }
  }

  #freeName(wanted: string, isTaken: (name: string) => boolean): string {
    const name = wanted === '' ? 'unnamed' : wanted.slice(0, longestName)
    if (!isTaken(name)) return name
    let number = 2
    while (isTaken(`${name}.${number}`)) number++
    return `${name}.${number}`
  }
}

const inputId = 'input'
/** No image scaled to [0, 1] has a larger mean or deviation. */
const largestOfScaled = 2

/** A network that takes pixels of 0 to 255 says so by its numbers; the studio's images are scaled to [0, 1]. */
function scaledToOne(
  operation: OperatorCall,
  { mean, deviation }: NonNullable<ViewValue['normalisation']>,
): Preprocessing {
  const isPixels = [...mean, ...deviation].some((value) => Math.abs(value) > largestOfScaled)
  const scaled = (values: readonly number[]): number[] => values.map((value) => value / (isPixels ? 255 : 1))
  const found = preprocessingSchema.safeParse({ mean: scaled(mean), standardDeviation: scaled(deviation), resize: 0 })
  if (found.success) return found.data
  const [first] = found.error.issues
  return operation.unsupported(
    `the images are normalised by mean ${mean.join(', ')} and deviation ${deviation.join(', ')} (${first?.message ?? ''})`,
  )
}

/** Values beyond 2^53 stand for the end of an axis; there rounding does no harm. */
function integersOf({ dtype, bytes }: FileTensor): readonly number[] {
  const { buffer } = new Uint8Array(bytes)
  if (dtype === 'int64') return Array.from(new BigInt64Array(buffer), Number)
  return dtype === 'int32' ? Array.from(new Int32Array(buffer)) : Array.from(new Uint8Array(buffer))
}

/** Whether a map or a vector is there, or can be brought about by a node. */
function isArranged(view: View): boolean {
  return (view.axes.length === 2 || view.axes.length === 4) && arrangementOf(view) !== undefined
}

function elementsOf({ view }: ViewValue): number {
  return sizeOf(extentsOf(view))
}

/** Of the node whose whole output a value is. */
export function idOf({ view }: ViewValue): string {
  return view.node
}

/** One operator of ONNX: the values it computes from those it is given. */
export type Operator = (operation: OperatorCall, graph: GraphImport) => ImportedValue | readonly ImportedValue[]
