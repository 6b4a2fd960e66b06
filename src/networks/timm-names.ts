/**
 * Tensors of timm's networks under the names of torchvision, which the zoo has. Its ResNets have the same names; its
 * MobileNetV2 numbers blocks within stages and names their parts, its VGGs keep the classifier's linear layers as
 * convolutions over the whole map.
 */

/** Where a stage's first block stands in torchvision's `features`; stages have 1, 2, 3, 4, 3, 3 and 1 blocks. */
const stageStarts = [1, 2, 4, 7, 11, 14, 17] as const

/** Parts of the first block, which has no expansion, and of all others. */
const firstBlockParts: Readonly<Record<string, string>> = { conv_dw: '0.0', bn1: '0.1', conv_pw: '1', bn2: '2' }
const blockParts: Readonly<Record<string, string>> = {
  conv_pw: '0.0',
  bn1: '0.1',
  conv_dw: '1.0',
  bn2: '1.1',
  conv_pwl: '2',
  bn3: '3',
}
const modules: Readonly<Record<string, string>> = {
  conv_stem: 'features.0.0',
  bn1: 'features.0.1',
  conv_head: 'features.18.0',
  bn2: 'features.18.1',
  classifier: 'classifier.1',
  'pre_logits.fc1': 'classifier.0',
  'pre_logits.fc2': 'classifier.3',
  'head.fc': 'classifier.6',
}

/** The name torchvision has for timm's `name`; undefined where it is no name of those networks. */
export function torchvisionName(name: string): string | undefined {
  const [, module = '', parameter = ''] = /^(.*)\.([^.]+)$/.exec(name) ?? []
  const own = modules[module]
  if (own !== undefined) return `${own}.${parameter}`
  const [, stage, block, part = ''] = /^blocks\.(\d+)\.(\d+)\.([a-z0-9_]+)$/.exec(module) ?? []
  const start = stageStarts[Number(stage)]
  const spelled = (stage === '0' ? firstBlockParts : blockParts)[part]
  if (start === undefined || spelled === undefined) return undefined
  return `features.${start + Number(block)}.conv.${spelled}.${parameter}`
}
