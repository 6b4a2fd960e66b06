import { defaultPreprocessing } from '#shared/network/preprocessing.ts'
import type { Network, NetworkNode, Pair, ParameterSpec, PoolingWindow, RepresentedLayer } from './network.ts'

/** Of every PyTorch batch-norm layer that does not say otherwise. */
const batchNormEpsilon = 1e-5

interface ConvolutionOptions {
  readonly filters: number
  readonly kernelSize: Pair
  readonly stride?: Pair
  readonly padding?: Pair
  readonly groups?: number
  readonly hasBias?: boolean
  /** Whether the predictor represents the weight; layers are numbered in the order they are added. */
  readonly isRepresented: boolean
}

interface PoolOptions {
  readonly stride?: number
  readonly padding?: number
  readonly isRoundedUp?: boolean
}

function windowOf(kernel: number, { stride = kernel, padding = 0, isRoundedUp = false }: PoolOptions): PoolingWindow {
  return { kernel: [kernel, kernel], stride: [stride, stride], padding: [padding, padding], isRoundedUp }
}

/**
 * Writes a network node by node. Every method names its node like the module of the state dict it stands for,
 * takes the id of its input and returns its own id; parameters are recorded in state dict order.
 */
export class NetworkBuilder {
  readonly #nodes: NetworkNode[] = []
  readonly #parameters: ParameterSpec[] = []
  readonly #representedLayers: RepresentedLayer[] = []
  /** Channels (or features) each node yields. */
  readonly #channels = new Map<string, number>()

  input(channels: number): string {
    return this.#add({ op: 'input', id: 'input' }, channels)
  }

  convolution(module: string, input: string, options: ConvolutionOptions): string {
    const { filters, kernelSize, stride = [1, 1], padding = [0, 0], groups = 1, hasBias = false } = options
    const shape = [filters, this.channelsOf(input) / groups, ...kernelSize] as const
    const weight = `${module}.weight`
    const bias = `${module}.bias`
    this.#parameters.push({ name: weight, shape, role: 'conv-weight' })
    if (hasBias) this.#parameters.push({ name: bias, shape: [filters], role: 'conv-bias' })
    if (options.isRepresented) this.#representedLayers.push({ name: weight, shape })
    return this.#add(
      {
        op: 'conv',
        id: module,
        input,
        weight,
        ...(hasBias ? { bias } : {}),
        stride,
        padding,
        dilation: [1, 1],
        groups,
      },
      filters,
    )
  }

  batchNorm(module: string, input: string): string {
    const channels = this.channelsOf(input)
    const shape = [channels]
    this.#parameters.push(
      { name: `${module}.weight`, shape, role: 'bn-weight' },
      { name: `${module}.bias`, shape, role: 'bn-bias' },
      { name: `${module}.running_mean`, shape, role: 'bn-mean' },
      { name: `${module}.running_var`, shape, role: 'bn-variance' },
    )
    return this.#add({ op: 'batch-norm', id: module, input, prefix: module, epsilon: batchNormEpsilon }, channels)
  }

  relu(id: string, input: string): string {
    return this.#add({ op: 'relu', id, input }, this.channelsOf(input))
  }

  relu6(id: string, input: string): string {
    return this.#add({ op: 'relu6', id, input }, this.channelsOf(input))
  }

  add(id: string, left: string, right: string): string {
    return this.#add({ op: 'add', id, inputs: [left, right] }, this.channelsOf(left))
  }

  subsamplePad(id: string, input: string, channelsBefore: number, channelsAfter: number): string {
    const channels = this.channelsOf(input) + channelsBefore + channelsAfter
    return this.#add({ op: 'subsample-pad', id, input, channelsBefore, channelsAfter }, channels)
  }

  concat(id: string, inputs: readonly string[]): string {
    const channels = inputs.reduce((sum, input) => sum + this.channelsOf(input), 0)
    return this.#add({ op: 'concat', id, inputs }, channels)
  }

  channelSlice(id: string, input: string, start: number, channels: number): string {
    return this.#add({ op: 'channel-slice', id, input, start, channels }, channels)
  }

  channelShuffle(id: string, input: string, groups: number): string {
    return this.#add({ op: 'channel-shuffle', id, input, groups }, this.channelsOf(input))
  }

  /** Square windows; a stride is as long as a window when left out. */
  maxPool(id: string, input: string, kernel: number, options: PoolOptions = {}): string {
    return this.#add({ op: 'max-pool', id, input, ...windowOf(kernel, options) }, this.channelsOf(input))
  }

  /** Square windows, as `maxPool`. */
  averagePool(id: string, input: string, kernel: number, options: PoolOptions, countsPadding: boolean): string {
    const node = { op: 'average-pool', id, input, countsPadding, ...windowOf(kernel, options) } as const
    return this.#add(node, this.channelsOf(input))
  }

  adaptiveAveragePool(id: string, input: string, size: Pair): string {
    return this.#add({ op: 'adaptive-average-pool', id, input, size }, this.channelsOf(input))
  }

  globalAveragePool(id: string, input: string): string {
    return this.#add({ op: 'global-average-pool', id, input }, this.channelsOf(input))
  }

  /** @param pixels height * width of the input */
  flatten(id: string, input: string, pixels: number): string {
    return this.#add({ op: 'flatten', id, input }, this.channelsOf(input) * pixels)
  }

  /** @param pixels [height, width] of the input; none for a vector */
  dropout(id: string, input: string, probability: number, pixels: readonly number[] = []): string {
    const channels = this.channelsOf(input)
    return this.#add({ op: 'dropout', id, input, probability, shape: [channels, ...pixels] }, channels)
  }

  linear(module: string, input: string, outputs: number): string {
    const weight = `${module}.weight`
    const bias = `${module}.bias`
    this.#parameters.push(
      { name: weight, shape: [outputs, this.channelsOf(input)], role: 'linear-weight' },
      { name: bias, shape: [outputs], role: 'linear-bias' },
    )
    return this.#add({ op: 'linear', id: module, input, weight, bias }, outputs)
  }

  channelsOf(id: string): number {
    const channels = this.#channels.get(id)
    if (channels === undefined) throw new RangeError(`node ${id} was not added before it was used`)
    return channels
  }

  /** `preprocessing` left out: that of ImageNet. */
  build({
    preprocessing = defaultPreprocessing,
    ...description
  }: Pick<Network, 'architecture' | 'title' | 'inputShape' | 'classes' | 'output' | 'featureMaps'> &
    Partial<Pick<Network, 'preprocessing'>>): Network {
    return {
      ...description,
      preprocessing,
      parameters: this.#parameters,
      nodes: this.#nodes,
      representedLayers: this.#representedLayers,
    }
  }

  #add(node: NetworkNode, channels: number): string {
    if (this.#channels.has(node.id)) throw new RangeError(`node ${node.id} was added twice`)
    this.#nodes.push(node)
    this.#channels.set(node.id, channels)
    return node.id
  }
}
