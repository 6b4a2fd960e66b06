/** The architectures of the zoo by name, for windows too, which cannot import the zoo; a test compares the two. */

/** What its images are: 32 x 32 with a stem for them, or 224 x 224. */
export type ArchitectureFamily = 'cifar' | 'imagenet'

export interface ArchitectureEntry {
  /** Stable identifier, stored with networks and given on the command line. */
  readonly id: string
  /** For people. */
  readonly title: string
  readonly family: ArchitectureFamily
  /**
   * Only files that name tensors just like it are taken for it: it has the tensors of another one, computes something else,
   * and collections that spell names otherwise have the other one.
   */
  readonly isNamedExactly?: true
}

const cifarResnets = [20, 32, 44, 56, 110].flatMap((depth) =>
  (['a', 'b'] as const).map((option): ArchitectureEntry => {
    const title = `ResNet-${depth} (CIFAR, option ${option.toUpperCase()})`
    return { id: `resnet${depth}-cifar-${option}`, title, family: 'cifar' }
  }),
)

/** In the order in which lists show them. */
export const architectureCatalogue: readonly ArchitectureEntry[] = [
  ...cifarResnets,
  { id: 'resnet18-cifar', title: 'ResNet-18 (CIFAR)', family: 'cifar' },
  { id: 'resnet18-cifar-pooled', title: 'ResNet-18 (CIFAR, pooled stem)', family: 'cifar', isNamedExactly: true },
  { id: 'vgg11-bn-cifar', title: 'VGG-11-BN (CIFAR)', family: 'cifar' },
  { id: 'vgg16-bn-cifar', title: 'VGG-16-BN (CIFAR)', family: 'cifar' },
  { id: 'vgg19-bn-cifar', title: 'VGG-19-BN (CIFAR)', family: 'cifar' },
  { id: 'mobilenetv2-x0_5-cifar', title: 'MobileNetV2 x0.5 (CIFAR)', family: 'cifar' },
  { id: 'mobilenetv2-x0_75-cifar', title: 'MobileNetV2 x0.75 (CIFAR)', family: 'cifar' },
  { id: 'mobilenetv2-x1_0-cifar', title: 'MobileNetV2 x1.0 (CIFAR)', family: 'cifar' },
  { id: 'mobilenetv2-x1_4-cifar', title: 'MobileNetV2 x1.4 (CIFAR)', family: 'cifar' },
  { id: 'shufflenetv2-x1_0-cifar', title: 'ShuffleNetV2 x1.0 (CIFAR)', family: 'cifar' },
  { id: 'resnet18-imagenet', title: 'ResNet-18 (ImageNet)', family: 'imagenet' },
  { id: 'resnet34-imagenet', title: 'ResNet-34 (ImageNet)', family: 'imagenet' },
  { id: 'resnet50-imagenet', title: 'ResNet-50 (ImageNet)', family: 'imagenet' },
  { id: 'vgg16-bn-imagenet', title: 'VGG-16-BN (ImageNet)', family: 'imagenet' },
  { id: 'squeezenet1_1-imagenet', title: 'SqueezeNet 1.1 (ImageNet)', family: 'imagenet' },
  { id: 'mobilenetv2-imagenet', title: 'MobileNetV2 (ImageNet)', family: 'imagenet' },
]

/** The title of an architecture, or the identifier itself when the zoo has none of that name. */
export function architectureTitle(id: string): string {
  return architectureCatalogue.find((entry) => entry.id === id)?.title ?? id
}

export const familyNotes: Readonly<Record<ArchitectureFamily, string>> = {
  cifar: 'images of 32 x 32',
  imagenet: 'images of 224 x 224',
}
