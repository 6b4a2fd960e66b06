/** What every node of a network yields, from what it is given: the check of graphs that come from files. */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { assertNever, fail, ok, type Result } from '#shared/basics/result.ts'
import { batchNormParameters, type Network, type NetworkNode, type Pair, type PoolingWindow } from './network.ts'

/** Of one sample: [channels, height, width] of a map, [features] of a vector. */
export type SampleShape = readonly [number, number, number] | readonly [number]

/** 256 MB in float32; the largest map of the zoo has 3.2 million numbers. */
const mostElements = 2 ** 26

export interface NodeSurroundings {
  /** Of the images. */
  readonly image: SampleShape
  /** What the node `id` yields; undefined when no node before has this name. */
  shapeOf(id: string): SampleShape | undefined
  /** Shape of a parameter; undefined when there is none of this name. */
  parameter(name: string): readonly number[] | undefined
}

/** What every node of a network yields, by its id. Errors: as `nodeShape`; `file-corrupt` also for a name used twice. */
export function nodeShapes(
  network: Pick<Network, 'inputShape' | 'parameters' | 'nodes'>,
): Result<ReadonlyMap<string, SampleShape>> {
  const { channels, height, width } = network.inputShape
  const parameters = new Map(network.parameters.map(({ name, shape }) => [name, shape]))
  const shapes = new Map<string, SampleShape>()
  for (const node of network.nodes) {
    const shape = nodeShape(node, {
      image: [channels, height, width],
      shapeOf: (id) => shapes.get(id),
      parameter: (name) => parameters.get(name),
    })
    if (!shape.ok) return shape
    if (shapes.has(node.id)) {
      return fail({ code: 'file-corrupt', message: 'Two nodes have one name.', where: node.id })
    }
    shapes.set(node.id, shape.value)
  }
  return ok(shapes)
}

/** Errors: `file-corrupt`, naming the node, when its operands or parameters do not fit; `file-unsafe` for a huge map. */
export function nodeShape(node: NetworkNode, surroundings: NodeSurroundings): Result<SampleShape> {
  try {
    const shape = yieldOf(node, surroundings)
    if (sizeOf(shape) <= mostElements) return ok(shape)
    const message = `Node ${node.id} (${node.op}) would yield ${shape.join(' x ')} numbers an image.`
    return fail({ code: 'file-unsafe', message, where: node.id })
  } catch (thrown) {
    if (!(thrown instanceof Misfit)) throw thrown
    return fail({ code: 'file-corrupt', message: `Node ${node.id} (${node.op}): ${thrown.message}.`, where: node.id })
  }
}

class Misfit extends Error {}

function yieldOf(node: NetworkNode, surroundings: NodeSurroundings): SampleShape {
  const given = (id: string): SampleShape => {
    const shape = surroundings.shapeOf(id)
    if (shape === undefined) throw new Misfit(`no node before it is called ${id.slice(0, 80)}`)
    return shape
  }
  const map = (id: string): readonly [number, number, number] => {
    const shape = given(id)
    if (shape.length !== 3) throw new Misfit(`it takes a map, and ${id.slice(0, 80)} is a vector`)
    return shape
  }
  switch (node.op) {
    case 'input':
      return surroundings.image
    case 'conv':
      return convolution(node, map(node.input), surroundings)
    case 'batch-norm': {
      const shape = given(node.input)
      for (const own of batchNormParameters(node.prefix)) expectParameter(surroundings, own, [shape[0]])
      return shape
    }
    case 'relu':
    case 'relu6':
    case 'leaky-relu':
    case 'sigmoid':
    case 'hard-swish':
    case 'activation':
      return given(node.input)
    case 'prelu': {
      const shape = given(node.input)
      const isSingle = surroundings.parameter(node.slope)?.join() === '1'
      if (!isSingle) expectParameter(surroundings, node.slope, [shape[0]])
      return shape
    }
    case 'one-pixel': {
      const [features, ...pixels] = given(node.input)
      if (pixels.length > 0) throw new Misfit(`it takes a vector, and is given a map`)
      return [features, 1, 1]
    }
    case 'dropout': {
      const shape = given(node.input)
      // The mask may be one for each number, or one a channel where there is a single pixel.
      if (sizeOf(node.shape) !== sizeOf(shape)) throw new Misfit(`its mask [${node.shape.join(', ')}] does not fit`)
      return shape
    }
    case 'add':
      return equal(node.inputs.map(given))
    case 'multiply':
      return product(given(node.inputs[0]), given(node.inputs[1]))
    case 'pad': {
      const [channels, height, width] = map(node.input)
      const around = ([before, after]: Pair): number => before + after
      return [channels + around(node.channels), height + around(node.rows), width + around(node.columns)]
    }
    case 'subsample-pad': {
      const [channels, height, width] = map(node.input)
      return [channels + node.channelsBefore + node.channelsAfter, Math.ceil(height / 2), Math.ceil(width / 2)]
    }
    case 'concat': {
      const maps = node.inputs.map(map)
      const [, height, width] = equal(maps.map(([, ...pixels]) => [1, ...pixels] as const))
      return [maps.reduce((sum, [channels]) => sum + channels, 0), height ?? 1, width ?? 1]
    }
    case 'channel-slice': {
      const [channels, height, width] = map(node.input)
      const end = node.start + node.channels
      if (end > channels) throw new Misfit(`it takes channels up to ${end} of ${channels}`)
      return [node.channels, height, width]
    }
    case 'channel-shuffle': {
      const shape = map(node.input)
      if (shape[0] % node.groups !== 0) throw new Misfit(`${shape[0]} channels are not ${node.groups} equal groups`)
      return shape
    }
    case 'max-pool':
    case 'average-pool':
      return pool(node, map(node.input))
    case 'adaptive-average-pool': {
      const [channels, height, width] = map(node.input)
      if (node.size[0] > height || node.size[1] > width) throw new Misfit('it averages to more pixels than it is given')
      return [channels, ...node.size]
    }
    case 'global-average-pool':
      return [map(node.input)[0]]
    case 'flatten':
      return [sizeOf(given(node.input))]
    case 'linear': {
      const inputs = given(node.input)
      if (inputs.length !== 1) throw new Misfit('it takes a vector, and is given a map')
      const [outputs = 0] = surroundings.parameter(node.weight) ?? []
      expectParameter(surroundings, node.weight, [outputs, inputs[0]])
      if (node.bias !== undefined) expectParameter(surroundings, node.bias, [outputs])
      return [outputs]
    }
    default:
      return assertNever(node)
  }
}

function convolution(
  { weight, bias, groups, stride, padding, dilation }: Extract<NetworkNode, { op: 'conv' }>,
  [channels, ...extent]: readonly [number, number, number],
  surroundings: NodeSurroundings,
): SampleShape {
  const [filters = 0, , height = 0, width = 0] = surroundings.parameter(weight) ?? []
  expectParameter(surroundings, weight, [filters, channels / groups, height, width])
  if (filters % groups !== 0) throw new Misfit(`${filters} filters are not ${groups} equal groups`)
  if (bias !== undefined) expectParameter(surroundings, bias, [filters])
  const reach: Pair = [dilation[0] * (height - 1) + 1, dilation[1] * (width - 1) + 1]
  return [filters, ...windows(extent, { kernel: reach, stride, padding, isRoundedUp: false })]
}

function pool(window: PoolingWindow, [channels, ...extent]: readonly [number, number, number]): SampleShape {
  const { kernel, padding } = window
  if (padding[0] >= kernel[0] || padding[1] >= kernel[1]) throw new Misfit('a window would see no pixel')
  return [channels, ...windows(extent, window)]
}

/** How often a window fits into a map, along both axes. */
function windows(extent: Pair, { kernel, stride, padding, isRoundedUp }: PoolingWindow): Pair {
  const along = (axis: 0 | 1): number => {
    const steps = (extent[axis] + 2 * padding[axis] - kernel[axis]) / stride[axis]
    const count = (isRoundedUp ? Math.ceil(steps) : Math.floor(steps)) + 1
    if (count < 1) throw new Misfit(`a window of ${kernel.join(' x ')} does not fit into ${extent.join(' x ')}`)
    // A window that starts in the padding behind the map would see no pixel.
    return isRoundedUp && (count - 1) * stride[axis] >= extent[axis] + padding[axis] ? count - 1 : count
  }
  return [along(0), along(1)]
}

function equal<T extends SampleShape>(shapes: readonly T[]): T {
  const [first, ...others] = shapes
  if (first === undefined) throw new Misfit('it is given nothing')
  const other = others.find((shape) => shape.join() !== first.join())
  if (other !== undefined) throw new Misfit(`its operands are ${first.join(' x ')} and ${other.join(' x ')}`)
  return first
}

/** Numbers by numbers, or every channel of a map by one number. */
function product(left: SampleShape, right: SampleShape): SampleShape {
  const isGate = (shape: SampleShape, of: SampleShape): boolean => {
    return shape.length === 3 && shape[0] === of[0] && shape[1] === 1 && shape[2] === 1
  }
  if (left.length === 3 && isGate(right, left)) return left
  if (right.length === 3 && isGate(left, right)) return right
  return equal([left, right])
}

function expectParameter({ parameter }: NodeSurroundings, name: string, shape: readonly number[]): void {
  const found = parameter(name)
  if (found?.join() === shape.join()) return
  const is = found === undefined ? 'missing' : `[${found.join(', ')}]`
  throw new Misfit(`its parameter ${name.slice(0, 80)} should be [${shape.join(', ')}] and is ${is}`)
}
