/** The part of the ONNX intermediate representation that the lowering uses. */

/** Programs have the first four; a graph may hold the others as codes of quantised numbers. */
export type OnnxDtype = 'float32' | 'int32' | 'int64' | 'bool' | 'int8' | 'uint8' | 'uint16'

export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

/**
 * '' is the standard operator set; `com.microsoft` holds the contributed operators of ONNX Runtime, and
 * `com.microsoft.nchwc` those of its CPU provider on feature maps with blocked channels.
 */
export type OnnxDomain = '' | 'com.microsoft' | 'com.microsoft.nchwc'

export interface OnnxNode {
  readonly op: string
  readonly domain: OnnxDomain
  /** An empty name leaves an optional operand out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: OnnxAttributes
}

export interface OnnxInitializer {
  readonly name: string
  readonly dtype: OnnxDtype
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array | Uint16Array
}

export interface OnnxPort<Extent = number> {
  readonly name: string
  readonly dtype: OnnxDtype
  readonly shape: readonly Extent[]
}

export interface OnnxModel {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxInitializer[]
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
}

/** A model that leaves the studio. */
export interface ExportedOnnxModel extends Omit<OnnxModel, 'inputs' | 'outputs'> {
  /** A name stands for an extent that is free, the batch for one. */
  readonly inputs: readonly OnnxPort<number | string>[]
  readonly outputs: readonly OnnxPort<number | string>[]
  /** By default that of compiled programs. */
  readonly opset?: number
  /** What the model says of itself. */
  readonly metadata?: Readonly<Record<string, string>>
}

export function int(value: number): OnnxAttribute {
  return { kind: 'int', value }
}

export function ints(value: readonly number[]): OnnxAttribute {
  return { kind: 'ints', value }
}

export function float(value: number): OnnxAttribute {
  return { kind: 'float', value }
}
