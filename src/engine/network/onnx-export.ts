/**
 * A network as an ONNX model for other programs (operator set 17): pixels in, logits out, any number of images. Weights
 * keep the names of the state dict. Compiled programs of the studio are something else: see program/compiler/compile.ts.
 */
import { batchNormParameters, type Network, type NetworkNode, type PoolingWindow } from '#networks/network.ts'
import { nodeShapes, type SampleShape } from '#networks/node-shape.ts'
import { fillingOf } from '#networks/zero-padding.ts'
import { sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException, assertNever } from '#shared/basics/result.ts'
import { activationForms } from './activations.ts'
import { encodeModel } from '../program/onnx/encode.ts'
import { float, int, ints } from '../program/onnx/model.ts'
import type { OnnxAttributes, OnnxInitializer, OnnxNode } from '../program/onnx/model.ts'

const exportedOpset = 17
const inputName = 'images'
const outputName = 'logits'
/** Behind the last row and column of any map. */
const theEnd = 2 ** 31 - 1

/**
 * Input `images`: float32 [batch, channels, height, width] of 0 to 1, normalised inside. Output `logits`:
 * [batch, classes]. Throws `AppException` `invalid-argument` when a parameter is missing or has another shape.
 */
export function networkOnnx(
  network: Network,
  parameters: HostTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const graph = new ExportedGraph(network, parameters)
  const { inputShape, preprocessing } = network
  const { channels, height, width } = inputShape
  return encodeModel({
    name: network.title,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [{ name: inputName, dtype: 'float32', shape: ['batch', channels, height, width] }],
    outputs: [{ name: outputName, dtype: 'float32', shape: ['batch', network.classes] }],
    opset: exportedOpset,
    metadata: {
      architecture: network.architecture,
      input: 'pixels of 0 to 1 in the order red, green, blue; normalised inside the model',
      'normalisation.mean': preprocessing.mean.join(', '),
      'normalisation.standardDeviation': preprocessing.standardDeviation.join(', '),
      preprocessing: JSON.stringify(preprocessing),
      ...metadata,
    },
  })
}

class ExportedGraph {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxInitializer[] = []
  readonly #network: Network
  readonly #shapes: ReadonlyMap<string, SampleShape>

  constructor(network: Network, parameters: HostTensors) {
    this.#network = network
    for (const { name, shape } of network.parameters) {
      const value = parameters[name]
      if (value?.dtype !== 'float32' || value.data.length !== sizeOf(shape)) {
        throw new AppException({
          code: 'invalid-argument',
          message: `${network.title} needs ${name} as float32 [${shape.join(', ')}].`,
          where: name,
        })
      }
      this.initializers.push({ name, dtype: 'float32', shape, data: value.data })
    }
    const shapes = nodeShapes(network)
    if (!shapes.ok) throw new AppException(shapes.error)
    this.#shapes = shapes.value
    for (const node of network.nodes) this.#add(node)
  }

  #add(node: NetworkNode): void {
    const output = this.#valueOf(node.id)
    switch (node.op) {
      case 'input':
        return this.#normalise(output)
      case 'conv': {
        const { stride, padding, dilation, groups } = node
        const bias = node.bias === undefined ? [] : [node.bias]
        return this.#push('Conv', [this.#valueOf(node.input), node.weight, ...bias], output, {
          strides: ints(stride),
          pads: ints([...padding, ...padding]),
          dilations: ints(dilation),
          group: int(groups),
        })
      }
      case 'batch-norm': {
        const own = batchNormParameters(node.prefix)
        const attributes = { epsilon: float(node.epsilon) }
        return this.#push('BatchNormalization', [this.#valueOf(node.input), ...own], output, attributes)
      }
      case 'relu':
        return this.#push('Relu', [this.#valueOf(node.input)], output)
      case 'relu6': {
        const bounds = [0, 6].map((bound) => this.#constant(`${node.id}.bound.${bound}`, [], [bound]))
        return this.#push('Clip', [this.#valueOf(node.input), ...bounds], output)
      }
      case 'leaky-relu':
        return this.#push('LeakyRelu', [this.#valueOf(node.input)], output, { alpha: float(node.slope) })
      case 'sigmoid':
        return this.#push('Sigmoid', [this.#valueOf(node.input)], output)
      case 'hard-swish':
        return this.#push('HardSwish', [this.#valueOf(node.input)], output)
      case 'activation':
        return this.#activation(node, output)
      case 'prelu': {
        const { input, slope } = node
        const isMap = this.#shapes.get(input)?.length === 3
        // A slope is broadcast from the last axis on, so that of a channel needs one for height and one for width.
        const axes = isMap ? this.#integers(`${node.id}.axes`, [[1, 2]]) : []
        if (isMap) this.#push('Unsqueeze', [slope, ...axes], `${node.id}.slope`)
        return this.#push('PRelu', [this.#valueOf(input), isMap ? `${node.id}.slope` : slope], output)
      }
      case 'one-pixel': {
        const axes = this.#integers(`${node.id}.axes`, [[2, 3]])
        return this.#push('Unsqueeze', [this.#valueOf(node.input), ...axes], output)
      }
      case 'multiply':
        return this.#push(
          'Mul',
          node.inputs.map((id) => this.#valueOf(id)),
          output,
        )
      case 'pad': {
        const { channels, rows, columns } = node
        const amounts = ([0, 1] as const).flatMap((side) => [0, channels[side], rows[side], columns[side]])
        const pads = this.#integers(`${node.id}.pads`, [amounts])
        const filling = fillingOf(this.#network, node.id)
        const inputs = filling === 0 ? pads : [...pads, this.#constant(`${node.id}.filling`, [], [filling])]
        return this.#push('Pad', [this.#valueOf(node.input), ...inputs], output)
      }
      case 'concat': {
        const inputs = node.inputs.map((id) => this.#valueOf(id))
        return this.#push('Concat', inputs, output, { axis: int(1) })
      }
      case 'channel-slice': {
        const slice = this.#integers(`${node.id}.slice`, [[node.start], [node.start + node.channels], [1]])
        return this.#push('Slice', [this.#valueOf(node.input), ...slice], output)
      }
      case 'channel-shuffle':
        return this.#shuffle(node, output)
      case 'max-pool':
        return this.#push('MaxPool', [this.#valueOf(node.input)], output, windowAttributes(node))
      case 'average-pool': {
        const attributes = { ...windowAttributes(node), count_include_pad: int(node.countsPadding ? 1 : 0) }
        return this.#push('AveragePool', [this.#valueOf(node.input)], output, attributes)
      }
      case 'adaptive-average-pool':
        return this.#adaptivePool(node, output)
      case 'flatten':
        return this.#push('Flatten', [this.#valueOf(node.input)], output, { axis: int(1) })
      case 'dropout':
        return this.#push('Identity', [this.#valueOf(node.input)], output)
      case 'add':
        return this.#push(
          'Add',
          node.inputs.map((id) => this.#valueOf(id)),
          output,
        )
      case 'subsample-pad': {
        const slices = this.#integers(`${node.id}.slice`, [
          [0, 0],
          [theEnd, theEnd],
          [2, 3],
          [2, 2],
        ])
        const [pads = ''] = this.#integers(`${node.id}.pads`, [
          [0, node.channelsBefore, 0, 0, 0, node.channelsAfter, 0, 0],
        ])
        this.#push('Slice', [this.#valueOf(node.input), ...slices], `${node.id}.subsampled`)
        return this.#push('Pad', [`${node.id}.subsampled`, pads], output)
      }
      case 'global-average-pool':
        this.#push('GlobalAveragePool', [this.#valueOf(node.input)], `${node.id}.pooled`)
        return this.#push('Flatten', [`${node.id}.pooled`], output, { axis: int(1) })
      case 'linear': {
        const bias = node.bias === undefined ? [] : [node.bias]
        return this.#push('Gemm', [this.#valueOf(node.input), node.weight, ...bias], output, { transB: int(1) })
      }
      default:
        assertNever(node)
    }
  }

  /** The last of its operators yields the node's output, those before it values of names beside it. */
  #activation(node: Extract<NetworkNode, { op: 'activation' }>, output: string): void {
    const calls: OnnxNode[] = []
    activationForms(node.function).write(this.#valueOf(node.input), (op, operands, attributes = {}) => {
      const inputs = operands.map((operand, at) => {
        if (typeof operand === 'string') return operand
        return this.#constant(`${node.id}.${calls.length}.${at}`, [], [operand])
      })
      const name = `${node.id}.step.${calls.length}`
      calls.push({ op, domain: '', inputs, outputs: [name], attributes })
      return name
    })
    this.nodes.push(...calls.map((call, at) => (at === calls.length - 1 ? { ...call, outputs: [output] } : call)))
  }

  /** [B, C, H, W] with the channels innermost, split by group, groups and members exchanged, and back. */
  #shuffle(node: Extract<NetworkNode, { op: 'channel-shuffle' }>, output: string): void {
    const [split = '', joined = ''] = this.#integers(`${node.id}.shape`, [
      [0, 0, 0, node.groups, -1],
      [0, 0, 0, -1],
    ])
    const step = (name: string): string => `${node.id}.${name}`
    this.#push('Transpose', [this.#valueOf(node.input)], step('innermost'), { perm: ints([0, 2, 3, 1]) })
    this.#push('Reshape', [step('innermost'), split], step('split'))
    this.#push('Transpose', [step('split')], step('exchanged'), { perm: ints([0, 1, 2, 4, 3]) })
    this.#push('Reshape', [step('exchanged'), joined], step('joined'))
    this.#push('Transpose', [step('joined')], output, { perm: ints([0, 3, 1, 2]) })
  }

  /** Windows of one size; ONNX has no others. */
  #adaptivePool(node: Extract<NetworkNode, { op: 'adaptive-average-pool' }>, output: string): void {
    const [, height = 0, width = 0] = this.#shapes.get(node.input) ?? []
    const kernel = [height / node.size[0], width / node.size[1]]
    if (!kernel.every(Number.isInteger)) {
      throw new AppException({
        code: 'op-unsupported',
        message: `ONNX cannot average a map of ${height} x ${width} in ${node.size.join(' x ')} windows.`,
        where: node.id,
      })
    }
    const attributes = { kernel_shape: ints(kernel), strides: ints(kernel) }
    this.#push('AveragePool', [this.#valueOf(node.input)], output, attributes)
  }

  /** (x - mean) / deviation, in the order of the studio's own evaluation. */
  #normalise(output: string): void {
    const { mean, standardDeviation } = this.#network.preprocessing
    const constant = (name: string, values: readonly number[]): string =>
      this.#constant(name, [1, values.length, 1, 1], values)
    this.#push('Sub', [inputName, constant('normalisation.mean', mean)], 'images.centred')
    this.#push('Div', ['images.centred', constant('normalisation.deviation', standardDeviation)], output)
  }

  #constant(name: string, shape: readonly number[], values: readonly number[]): string {
    this.initializers.push({ name, dtype: 'float32', shape, data: Float32Array.from(values) })
    return name
  }

  #integers(prefix: string, vectors: readonly (readonly number[])[]): readonly string[] {
    return vectors.map((values, at) => {
      const name = `${prefix}.${at}`
      this.initializers.push({ name, dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) })
      return name
    })
  }

  /** Name of a node's value in the model; `value.` keeps it apart from the parameters. */
  #valueOf(id: string): string {
    return id === this.#network.output ? outputName : `value.${id}`
  }

  #push(op: string, inputs: readonly string[], output: string, attributes: OnnxAttributes = {}): void {
    this.nodes.push({ op, domain: '', inputs, outputs: [output], attributes })
  }
}

function windowAttributes({ kernel, stride, padding, isRoundedUp }: PoolingWindow): OnnxAttributes {
  return {
    kernel_shape: ints(kernel),
    strides: ints(stride),
    pads: ints([...padding, ...padding]),
    ceil_mode: int(isRoundedUp ? 1 : 0),
  }
}
