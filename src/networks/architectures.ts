import { architectureCatalogue, type ArchitectureEntry } from '#shared/network/architecture-catalogue.ts'
import { fail, ok, type Result } from '#shared/basics/result.ts'
import type { Network } from './network.ts'
import { cifarResnet } from './zoo/cifar-resnet.ts'
import { mobilenetV2 } from './zoo/mobilenet-v2.ts'
import { shufflenetV2 } from './zoo/shufflenet-v2.ts'
import { squeezenet } from './zoo/squeezenet.ts'
import { torchvisionResnet } from './zoo/torchvision-resnet.ts'
import { vgg } from './zoo/vgg.ts'

export interface Architecture extends ArchitectureEntry {
  build(classes: number): Network
}

const resnet18 = { block: 'basic', blocks: [2, 2, 2, 2] } as const

/** What an identifier stands for. Throws RangeError for a catalogue entry without a builder, a defect of this table. */
function builderOf({ id, title, family }: ArchitectureEntry): (classes: number) => Network {
  const [, cifarDepth, shortcut] = /^resnet(\d+)-cifar-([ab])$/.exec(id) ?? []
  if (cifarDepth !== undefined) {
    const depth = Number(cifarDepth)
    return (classes) => cifarResnet({ depth, shortcut: shortcut === 'a' ? 'a' : 'b', classes })
  }
  const named = { architecture: id, title, family }
  switch (id) {
    case 'vgg11-bn-cifar':
      return (classes) => vgg({ ...named, depth: 11, classes })
    case 'vgg16-bn-cifar':
    case 'vgg16-bn-imagenet':
      return (classes) => vgg({ ...named, depth: 16, classes })
    case 'vgg19-bn-cifar':
      return (classes) => vgg({ ...named, depth: 19, classes })
    case 'mobilenetv2-x0_5-cifar':
      return (classes) => mobilenetV2({ ...named, width: 0.5, classes })
    case 'mobilenetv2-x0_75-cifar':
      return (classes) => mobilenetV2({ ...named, width: 0.75, classes })
    case 'mobilenetv2-x1_0-cifar':
    case 'mobilenetv2-imagenet':
      return (classes) => mobilenetV2({ ...named, width: 1, classes })
    case 'mobilenetv2-x1_4-cifar':
      return (classes) => mobilenetV2({ ...named, width: 1.4, classes })
    case 'shufflenetv2-x1_0-cifar':
      return (classes) => shufflenetV2(id, title, classes)
    case 'resnet18-cifar':
      return (classes) => torchvisionResnet({ ...named, ...resnet18, stem: 'cifar', classes })
    case 'resnet18-cifar-pooled':
      return (classes) => torchvisionResnet({ ...named, ...resnet18, stem: 'cifar-pooled', classes })
    case 'resnet18-imagenet':
      return (classes) => torchvisionResnet({ ...named, ...resnet18, stem: 'imagenet', classes })
    case 'resnet34-imagenet':
      return (classes) =>
        torchvisionResnet({ ...named, stem: 'imagenet', block: 'basic', blocks: [3, 4, 6, 3], classes })
    case 'resnet50-imagenet':
      return (classes) =>
        torchvisionResnet({ ...named, stem: 'imagenet', block: 'bottleneck', blocks: [3, 4, 6, 3], classes })
    case 'squeezenet1_1-imagenet':
      return (classes) => squeezenet(id, title, classes)
    default:
      throw new RangeError(`architecture ${id} has no builder`)
  }
}

/** Every architecture the studio knows. */
export const architectures: readonly Architecture[] = architectureCatalogue.map((entry) => ({
  ...entry,
  build: builderOf(entry),
}))

/** The network of architecture `id`; `not-found` names the known ones. */
export function buildNetwork(id: string, classes: number): Result<Network> {
  const architecture = architectures.find((candidate) => candidate.id === id)
  if (architecture === undefined) {
    return fail({
      code: 'not-found',
      message: `There is no architecture ${id}.`,
      remedy: `Use one of ${architectures.map((known) => known.id).join(', ')}.`,
    })
  }
  if (!Number.isInteger(classes) || classes < 1) {
    return fail({ code: 'invalid-argument', message: `A network needs at least one class, got ${classes}.` })
  }
  return ok(architecture.build(classes))
}
