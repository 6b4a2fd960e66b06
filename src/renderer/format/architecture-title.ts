/** The title of an architecture of the zoo, from its identifier: `resnet20-cifar-b` -> `ResNet-20 (CIFAR, option B)`. */
export function architectureTitle(identifier: string): string {
  const match = /^resnet(\d+)-cifar-([ab])$/.exec(identifier)
  const [, depth, option] = match ?? []
  if (depth === undefined || option === undefined) return identifier
  return `ResNet-${depth} (CIFAR, option ${option.toUpperCase()})`
}
