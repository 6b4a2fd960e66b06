/** Networks of the golden cases, recognised by the tensors of their weight files. */
import { cifarResnet } from '#networks/zoo/cifar-resnet.ts'
import { architectures, type Architecture } from '#networks/architectures.ts'
import { matchArchitecture } from '#networks/matching.ts'
import type { Network } from '#networks/network.ts'
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'
import { toHost, type GoldenCase, type TensorFile } from './golden-case.ts'

export interface GoldenNetwork {
  readonly network: Network
  /** Under the names of `network.parameters`. */
  readonly parameters: HostTensors
}

function goldenNetwork(tensors: TensorFile): GoldenNetwork {
  const shapes = [...tensors].map(([name, { shape }]) => ({ name, shape }))
  const matched = matchArchitecture(shapes, [...architectures, ...resnetOfOtherDepth(tensors)])
  if (!matched.ok) throw new Error(matched.error.message)
  const parameters: Record<string, HostTensor> = {}
  for (const [fileName, name] of matched.value.rename) {
    const tensor = tensors.get(fileName)
    if (tensor !== undefined) parameters[name] = toHost(tensor)
  }
  return { network: matched.value.network, parameters }
}

/** A CIFAR ResNet of a depth the zoo does not list is still one: blocks are counted by their names. */
function resnetOfOtherDepth(tensors: TensorFile): readonly Architecture[] {
  const blocks = [...tensors.keys()].filter((name) => /(^|\.)layer1\.\d+\.conv1\.weight$/.test(name)).length
  const depth = 6 * blocks + 2
  const isListed = architectures.some(({ id }) => id.startsWith(`resnet${depth}-`))
  if (blocks === 0 || isListed) return []
  return (['a', 'b'] as const).map((shortcut) => ({
    id: `resnet${depth}-cifar-${shortcut}`,
    title: `ResNet-${depth}`,
    family: 'cifar',
    build: (classes) => cifarResnet({ depth, shortcut, classes }),
  }))
}

/** The network of `config.weights`. */
export function configuredNetwork(golden: GoldenCase): GoldenNetwork {
  return goldenNetwork(golden.file(String(golden.config['weights'])))
}

/** Every network among the weight folders beside the case. */
export function availableNetworks(
  golden: GoldenCase,
): readonly { readonly path: string; readonly load: () => GoldenNetwork }[] {
  const configured = golden.config['weights']
  const paths = typeof configured === 'string' ? [configured] : golden.dataFiles('00_weights')
  return paths.map((path) => ({ path, load: () => goldenNetwork(golden.file(path)) }))
}
