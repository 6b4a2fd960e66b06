/**
 * A network as an ONNX model for other programs (operator set 17): pixels in, logits out, any number of images. Weights
 * keep the names of the state dict. Compiled programs of the studio are something else: see program/compile.ts.
 */
import type { Network, NetworkNode } from '#networks/network.ts'
import { sizeOf, type HostTensors } from '#shared/host-tensor.ts'
import { AppException, assertNever } from '#shared/result.ts'
import type { Normalisation } from './network-images.ts'
import { encodeModel } from './program/onnx/encode.ts'
import { float, int, ints } from './program/onnx/model.ts'
import type { OnnxAttributes, OnnxInitializer, OnnxNode } from './program/onnx/model.ts'

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
  normalisation: Normalisation,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const graph = new ExportedGraph(network, parameters, normalisation)
  const { channels, height, width } = network.inputShape
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
      'normalisation.mean': normalisation.mean.join(', '),
      'normalisation.standardDeviation': normalisation.standardDeviation.join(', '),
      ...metadata,
    },
  })
}

class ExportedGraph {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxInitializer[] = []
  readonly #network: Network
  readonly #normalisation: Normalisation

  constructor(network: Network, parameters: HostTensors, normalisation: Normalisation) {
    this.#network = network
    this.#normalisation = normalisation
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
        const own = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => `${node.prefix}.${name}`)
        const attributes = { epsilon: float(node.epsilon) }
        return this.#push('BatchNormalization', [this.#valueOf(node.input), ...own], output, attributes)
      }
      case 'relu':
        return this.#push('Relu', [this.#valueOf(node.input)], output)
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

  /** (x - mean) / deviation, in the order of the studio's own evaluation. */
  #normalise(output: string): void {
    const { mean, standardDeviation } = this.#normalisation
    const constant = (name: string, values: readonly number[]): string => {
      const shape = [1, values.length, 1, 1]
      this.initializers.push({ name, dtype: 'float32', shape, data: Float32Array.from(values) })
      return name
    }
    this.#push('Sub', [inputName, constant('normalisation.mean', mean)], 'images.centred')
    this.#push('Div', ['images.centred', constant('normalisation.deviation', standardDeviation)], output)
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
