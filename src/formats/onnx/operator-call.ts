import { quoted, type NamedFile } from '../file-error.ts'
import { onnxError } from './onnx-error.ts'
import type { FileTensor } from '../file-tensor.ts'
import { vector, type Integers } from './integers.ts'
import type { ParsedNode } from './model.ts'
import type { View } from './view.ts'

/** What an ONNX value is at import, for any images. */
export type ImportedValue =
  | {
      readonly kind: 'view'
      readonly view: View
      /** Of an input image: (x - mean) / deviation is done to it, and not yet part of the network. A value a channel. */
      readonly normalisation?: { readonly mean: readonly number[]; readonly deviation: readonly number[] }
      /**
       * Behind a function at the end that keeps the order of the classes, and is left out: `scores` are still one number a
       * class, `choice` is the class itself. Nothing but changes of shape may follow.
       */
      readonly ending?: { readonly op: string; readonly kind: 'scores' | 'choice' }
      /** Of an input image: a QuantizeLinear has looked at it, and its DequantizeLinear has yet to come. */
      readonly isQuantised?: true
      /** Repeated along axes of one element up to these extents, for the product that follows. */
      readonly repeated?: readonly number[]
    }
  | ({ readonly kind: 'integers' } & Integers)
  | { readonly kind: 'weights'; readonly name: string; readonly tensor: FileTensor }

export type ViewValue = Extract<ImportedValue, { kind: 'view' }>
export type WeightsValue = Extract<ImportedValue, { kind: 'weights' }>

/** One node of the ONNX graph with its operands: says what is wrong with it, by name. */
export class OperatorCall {
  readonly node: ParsedNode
  readonly opset: number
  readonly #file: NamedFile
  readonly #operands: readonly (ImportedValue | undefined)[]

  constructor(file: NamedFile, node: ParsedNode, opset: number, operands: readonly (ImportedValue | undefined)[]) {
    this.#file = file
    this.node = node
    this.opset = opset
    this.#operands = operands
  }

  get operands(): readonly ImportedValue[] {
    return this.#operands.map((_, at) => this.operand(at))
  }

  /** Name of what it computes. */
  get output(): string {
    return this.node.outputs[0] ?? this.node.name
  }

  operand(at: number): ImportedValue {
    return this.optional(at) ?? this.corrupt(`expected operand ${at + 1}, found none`)
  }

  optional(at: number): ImportedValue | undefined {
    return this.#operands[at]
  }

  /** Maps or vectors that the network computes. */
  view(at: number): ViewValue {
    const value = this.factor(at)
    return value.repeated === undefined ? value : this.unsupported('it follows an Expand; known is a product there')
  }

  /** As `view`, also repeated along axes of one element. */
  factor(at: number): ViewValue {
    const value = this.arranged(at)
    if (value.ending === undefined) return value
    return this.unsupported(`it follows a ${value.ending.op}, which must end the network`)
  }

  /** As `view`, also behind the end of the network: for what only changes a shape. */
  arranged(at: number): ViewValue {
    const value = this.operand(at)
    return value.kind === 'view' ? value : this.unsupported(`operand ${at + 1} is a constant, expected feature maps`)
  }

  weights(at: number): WeightsValue {
    const value = this.operand(at)
    if (value.kind === 'weights') return value
    return this.unsupported(`operand ${at + 1} is no constant of numbers, expected weights`)
  }

  optionalWeights(at: number): WeightsValue | undefined {
    return this.optional(at) === undefined ? undefined : this.weights(at)
  }

  integers(at: number): Integers {
    const value = this.operand(at)
    if (value.kind === 'integers') return value
    return this.unsupported(`operand ${at + 1} is not known before the network runs, expected constant integers`)
  }

  /** A list that was an attribute in older operator sets and is an operand in newer ones; undefined when left out. */
  listOrOperand(attribute: string, at: number): readonly number[] | undefined {
    if (this.optional(at) !== undefined) return this.integers(at).values
    return this.ints(attribute)
  }

  /** A single number, given as an operand of either kind; undefined when left out. */
  optionalNumber(at: number): number | undefined {
    const value = this.optional(at)
    if (value === undefined) return undefined
    if (value.kind === 'integers' && value.values.length === 1) return value.values[0]
    const numbers = value.kind === 'weights' && value.tensor.bytes.byteLength <= 8 ? value.tensor.toFloat32() : []
    return numbers.length === 1 ? numbers[0] : this.unsupported(`operand ${at + 1} is not one constant number`)
  }

  int(name: string, otherwise: number): number {
    return this.node.attributes.get(name)?.int ?? otherwise
  }

  float(name: string, otherwise: number): number {
    return this.node.attributes.get(name)?.float ?? otherwise
  }

  text(name: string, otherwise: string): string {
    return this.node.attributes.get(name)?.text ?? otherwise
  }

  ints(name: string): readonly number[] | undefined {
    const ints = this.node.attributes.get(name)?.ints ?? []
    return ints.length === 0 ? undefined : ints
  }

  /** An attribute along height and width. */
  pair(name: string, otherwise: readonly [number, number]): readonly [number, number] {
    const values = this.ints(name)
    if (values === undefined) return otherwise
    const [height, width, ...more] = values
    if (height === undefined || width === undefined || more.length > 0) {
      return this.unsupported(`expected two values as ${name}, for height and width, found ${values.length}`)
    }
    if (height < 1 || width < 1) return this.corrupt(`expected positive numbers as ${name}, found ${values.join(', ')}`)
    return [height, width]
  }

  /** A well-formed node that the studio has no counterpart for. */
  unsupported(problem: string): never {
    const remedy =
      'Export the network without this step (docs/onnx.md says what is read), or import its weights alone if the studio knows the architecture.'
    throw onnxError(this.#file, 'file-unsupported', `${this.#title}: ${problem}`, this.#where, remedy)
  }

  corrupt(problem: string): never {
    throw onnxError(this.#file, 'file-corrupt', `${this.#title}: ${problem}`, this.#where)
  }

  unsafe(problem: string): never {
    throw onnxError(this.#file, 'file-unsafe', `${this.#title}: ${problem}`, this.#where)
  }

  get #title(): string {
    return `node ${quoted(this.node.name)} (${this.node.op.slice(0, 80)})`
  }

  get #where(): string {
    return `node ${quoted(this.node.name)}`
  }
}

export function integersValue(integers: Integers): ImportedValue {
  return { kind: 'integers', ...integers }
}

export function vectorValue(values: readonly number[]): ImportedValue {
  return integersValue(vector(values))
}
