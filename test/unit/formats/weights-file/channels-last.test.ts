/** Networks of Flax: kernels [height, width, channels, filters], under names of their own or numbered. */
import { describe, expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { readWeightsFile, type StateDict } from '#formats/weights-file/reader.ts'
import { writeNpz } from '#formats/npz/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { matchArchitecture } from '#networks/matching.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { unwrap } from '#shared/basics/result.ts'
import { digestOf } from '#test/support/digest-of.ts'
import { seededParameters } from '#test/support/seeded-values.ts'

const read = (tensors: HostTensors) => readWeightsFile(bytesSource(writeNpz(Object.entries(tensors)), 'network.npz'))

/** OIHW to HWIO, and [outputs, inputs] to [inputs, outputs]; written out here, index by index. */
function channelsLast({ shape, data }: HostTensor): HostTensor {
  const [filters = 1, channels = 1, height = 1, width = 1] = shape
  if (shape.length === 1) return float32Tensor(shape, Float32Array.from(data))
  const turned = new Float32Array(data.length)
  for (let filter = 0; filter < filters; filter++)
    for (let channel = 0; channel < channels; channel++)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const from = ((filter * channels + channel) * height + row) * width + column
          turned[((row * width + column) * channels + channel) * filters + filter] = data[from] ?? NaN
        }
  return float32Tensor(shape.length === 2 ? [channels, filters] : [height, width, channels, filters], turned)
}

/** Flax's leaf of a parameter, its collection, and its module. */
function flaxName(name: string, shape: readonly number[], moduleOf: (module: string) => string, separator: string) {
  const dot = name.lastIndexOf('.')
  const [module, leaf] = [name.slice(0, dot), name.slice(dot + 1)]
  const statistics: Readonly<Record<string, string>> = { running_mean: 'mean', running_var: 'var' }
  const statistic = statistics[leaf]
  const weight = shape.length === 1 ? 'scale' : 'kernel'
  const own = leaf === 'weight' ? weight : leaf
  const parts = [statistic === undefined ? 'params' : 'batch_stats', ...moduleOf(module).split('/'), statistic ?? own]
  return parts.join(separator)
}

function flaxFile(parameters: HostTensors, moduleOf: (module: string) => string, separator = '/'): HostTensors {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => {
      return [flaxName(name, tensor.shape, moduleOf, separator), channelsLast(tensor)]
    }),
  )
}

/** The numbers of each parameter, as a digest: comparing them one by one takes seconds. */
function parametersOf(stateDict: StateDict): Readonly<Record<string, string>> {
  const shapes = [...stateDict.tensors].map(([name, { shape }]) => ({ name, shape }))
  const { network, rename } = unwrap(matchArchitecture(shapes))
  const sources = new Map([...rename].map(([file, parameter]) => [parameter, file]))
  return Object.fromEntries(
    network.parameters.map(({ name }) => {
      const tensor = stateDict.tensors.get(sources.get(name) ?? '')
      return [`${network.architecture} ${name}`, digestOf(tensor?.toFloat32() ?? new Float32Array())]
    }),
  )
}

/** Modules numbered as Flax does within a block: each class counts by itself, in the order of the calls. */
function numbered(modules: readonly string[], classOf: (module: string) => string | undefined) {
  const counts = new Map<string, number>()
  return new Map(
    modules.map((module) => {
      const name = classOf(module) ?? ''
      const count = counts.get(name) ?? 0
      counts.set(name, count + 1)
      return [module, `${name}_${count}`]
    }),
  )
}

const architectures = ['resnet20-cifar-a', 'resnet20-cifar-b', 'mobilenetv2-x0_5-cifar'] as const
const networks = architectures.map((id) => {
  const network = unwrap(buildNetwork(id, 10))
  return { id, network, parameters: seededParameters(network) }
})
const expectedOf = (id: string, parameters: HostTensors) =>
  Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [`${id} ${name}`, digestOf(data)]))

describe('a network of Flax', () => {
  it.each(networks)('is read under the names of PyTorch: $id', async ({ id, parameters }) => {
    const attribute = (module: string) => module.replaceAll(/\.(\d+)/g, '_$1').replaceAll('.', '/')
    const stateDict = unwrap(await read(flaxFile(parameters, attribute)))
    expect(parametersOf(stateDict)).toEqual(expectedOf(id, parameters))
    expect(stateDict.notes[0]).toContain('Kernels are stored [height, width, channels, filters]')
    expect(stateDict.notes[1]).toContain('measure its accuracy')
  })

  it('is read with dots between the parts of its names, and without collections', async () => {
    const [first] = networks
    if (first === undefined) throw new Error('no networks')
    const file = flaxFile(first.parameters, (module) => module.replaceAll('.', '/'), '.')
    const bare = Object.fromEntries(
      Object.entries(file).map(([name, tensor]) => [name.replace(/^(params|batch_stats)\./, ''), tensor]),
    )
    const stateDict = unwrap(await read(bare))
    expect(parametersOf(stateDict)).toEqual(expectedOf(first.id, first.parameters))
  })

  it.each(networks.filter(({ id }) => id.startsWith('resnet20')))(
    'is matched by numbers and shapes where it has no names: $id',
    async ({ id, network, parameters }) => {
      const kinds = new Map(
        network.parameters.map(({ name, role }) => {
          const kind = { co: 'Conv', bn: 'BatchNorm', li: 'Dense' }[role.slice(0, 2)]
          return [name.slice(0, name.lastIndexOf('.')), kind] as const
        }),
      )
      const names = numbered([...kinds.keys()], (module) => kinds.get(module))
      const file = flaxFile(parameters, (module) => names.get(module) ?? '')
      // As JAX leaves them: sorted by name, Conv_10 before Conv_2.
      const sorted = Object.fromEntries(Object.entries(file).sort(([left], [right]) => (left < right ? -1 : 1)))
      const stateDict = unwrap(await read(sorted))
      expect(parametersOf(stateDict)).toEqual(expectedOf(id, parameters))
      expect(stateDict.notes[0]).toContain('matched to ResNet-20')
    },
  )

  it('is matched by blocks with numbers, a stem and shortcuts', async () => {
    const found = networks.find(({ id }) => id === 'resnet20-cifar-b')
    if (found === undefined) throw new Error('no ResNet-20')
    const moduleOf = (module: string): string => {
      const [, stage, block, part = ''] = /^layer(\d)\.(\d)\.(.*)$/.exec(module) ?? []
      const stem: Readonly<Record<string, string>> = { conv1: 'conv_init', bn1: 'bn_init', linear: 'Dense_0' }
      if (stage === undefined) return stem[module] ?? ''
      const parts: Readonly<Record<string, string>> = {
        conv1: 'Conv_0',
        bn1: 'BatchNorm_0',
        conv2: 'Conv_1',
        bn2: 'BatchNorm_1',
        'shortcut.0': 'conv_proj',
        'shortcut.1': 'norm_proj',
      }
      return `ResNetBlock_${3 * (Number(stage) - 1) + Number(block)}/${parts[part] ?? ''}`
    }
    const stateDict = unwrap(await read(flaxFile(found.parameters, moduleOf)))
    expect(parametersOf(stateDict)).toEqual(expectedOf(found.id, found.parameters))
  })

  it('that does not fit in every shape is refused with the way in', async () => {
    const [first] = networks
    if (first === undefined) throw new Error('no networks')
    const file = flaxFile(first.parameters, (module) => module.replaceAll('.', '_'))
    const broken = { ...file, 'params/linear/kernel': float32Tensor([32, 10], new Float32Array(320)) }
    const { tensors } = unwrap(await read(broken))
    const match = matchArchitecture([...tensors].map(([name, { shape }]) => ({ name, shape })))
    expect(match).toMatchObject({
      ok: false,
      error: { code: 'architecture-unknown', remedy: expect.stringContaining('tf2onnx.convert --saved-model') },
    })
  })
})

it('kernels of [height, width, channels, filters] under names of PyTorch are turned', async () => {
  const [first] = networks
  if (first === undefined) throw new Error('no networks')
  const file = Object.fromEntries(
    Object.entries(first.parameters).map(([name, tensor]) => [name, channelsLast(tensor)]),
  )
  const stateDict = unwrap(await read(file))
  expect(parametersOf(stateDict)).toEqual(expectedOf(first.id, first.parameters))
})
