/**
 * A convolution that is not written yet: factors, offsets and a rectifier that follow become part of its filters, its
 * bias and its activation. Where the machine's CPU provider has convolutions on blocked channels, it is written as one.
 */
import type { Lowering } from './lowering.ts'
import { int, type OnnxAttributes } from './model.ts'
import { blockedOrder, transposed, type PendingMaps, type Value } from './value.ts'

export interface ConvolutionParts {
  /** [batch, channels, height, width] */
  readonly maps: Value
  /** [filters, channels of a group, rows, columns] */
  readonly weights: Value
  /** 1: every filter sees every channel. */
  readonly groups: number
  /** [filters] */
  readonly bias?: Value
  /** Of the result, [batch, filters, height, width]. */
  readonly shape: readonly number[]
  /** Kernel shape, strides, dilations and pads. */
  readonly attributes: OnnxAttributes
}

export class PendingConvolution implements PendingMaps {
  readonly #lowering: Lowering
  readonly #parts: ConvolutionParts
  #settled: Value | undefined

  constructor(lowering: Lowering, parts: ConvolutionParts) {
    this.#lowering = lowering
    this.#parts = parts
  }

  scaled(factor: Value): PendingMaps {
    const { weights, bias } = this.#parts
    const perFilter = this.#lowering.reshape(factor, [weights.shape[0] ?? 1, 1, 1, 1])
    const scaledBias = bias && this.#lowering.elementwise('Mul', [bias, factor], bias)
    return new PendingConvolution(this.#lowering, {
      ...this.#parts,
      weights: this.#lowering.elementwise('Mul', [weights, perFilter], weights),
      ...(scaledBias === undefined ? {} : { bias: scaledBias }),
    })
  }

  shifted(offset: Value): PendingMaps {
    const { bias } = this.#parts
    const sum = bias === undefined ? offset : this.#lowering.elementwise('Add', [bias, offset], bias)
    return new PendingConvolution(this.#lowering, { ...this.#parts, bias: sum })
  }

  rectified(): Value {
    if (this.#block() !== undefined) return this.#write({ activation: { kind: 'string', value: 'Relu' } })
    // ONNX Runtime joins the two by itself.
    const spec = { shape: this.#parts.shape, dtype: 'float32' } as const
    return this.#lowering.elementwise('Relu', [this.settled()], spec)
  }

  settled(): Value {
    this.#settled ??= this.#write({})
    return this.#settled
  }

  #write(activation: OnnxAttributes): Value {
    const { maps, weights, groups, bias, shape } = this.#parts
    const attributes = groups === 1 ? this.#parts.attributes : { ...this.#parts.attributes, group: int(groups) }
    const lowering = this.#lowering
    const spec = { shape, dtype: 'float32' } as const
    const biasNames = bias === undefined ? [] : [lowering.plain(bias)]
    const block = this.#block()
    if (block === undefined) {
      const name = lowering.emit('Conv', [lowering.plain(maps), lowering.plain(weights), ...biasNames], attributes)
      return lowering.plainValue(spec, name)
    }
    const names = [this.#blockedMaps(block), this.#blockedWeights(block), ...biasNames]
    const name = lowering.emit('Conv', names, { ...attributes, ...activation }, 'com.microsoft.nchwc')
    lowering.builder.rememberShape(name, shape)
    return { ...spec, source: { kind: 'blocked', view: lowering.fromBlockedTensor(spec, name, shape, block) } }
  }

  /** Channels a block, when blocked convolutions exist and fit this one. */
  #block(): number | undefined {
    const block = this.#lowering.target.channelBlock
    if (block === undefined) return undefined
    const { weights, groups } = this.#parts
    const [filters = 0, channels = 0] = weights.shape
    if (groups > 1) return groups === filters && channels === 1 && filters % block === 0 ? block : undefined
    const fits = filters % block === 0 && (channels % block === 0 || channels < block)
    return fits ? block : undefined
  }

  /** Images with fewer channels than a block are read as they are. */
  #blockedMaps(block: number): string {
    const { maps } = this.#parts
    const lowering = this.#lowering
    const [, channels = 0] = maps.shape
    if (channels < block) return lowering.plain(maps)
    const name = lowering.ordered(lowering.blockedView(maps, block), blockedOrder)
    return lowering.builder.reshape(name, maps.shape)
  }

  /**
   * [filters / block, channels / block, rows, columns, channel of block, filter of block] in memory; filters that see
   * fewer channels than a block, as depthwise ones do, keep these undivided: [filters / block, channels, rows, ...].
   */
  #blockedWeights(block: number): string {
    const { weights } = this.#parts
    const lowering = this.#lowering
    const [filters = 0, channels = 0, rows = 1, columns = 1] = weights.shape
    const split = [filters / block, block]
    const laidOut =
      channels < block
        ? transposed(lowering.reshape(weights, [...split, channels, rows, columns]), [0, 2, 3, 4, 1])
        : transposed(lowering.reshape(weights, [...split, channels / block, block, rows, columns]), [0, 2, 4, 5, 3, 1])
    return lowering.builder.reshape(lowering.plain(laidOut), weights.shape)
  }
}
