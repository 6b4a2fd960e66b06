import { describe, expect, test } from 'vitest'
import { architectures } from '#networks/architectures.ts'
import { matchArchitecture } from '#networks/matching.ts'
import type { NamedShape } from '#networks/plain-names.ts'
import { cifarResnet } from '#networks/zoo/cifar-resnet.ts'

const resnet20a: readonly NamedShape[] = cifarResnet({ depth: 20, shortcut: 'a', classes: 10 }).parameters

function replaced(name: string, shape: readonly number[]): NamedShape[] {
  return resnet20a.map((tensor) => (tensor.name === name ? { name, shape } : tensor))
}

describe('matchArchitecture', () => {
  /** Two have the same tensors; a test of their own is below. */
  const distinct = architectures.filter(({ id }) => !id.startsWith('resnet18-cifar'))

  test.each(distinct)('finds $id and its class count', ({ id, family, build }) => {
    const classes = family === 'cifar' ? 100 : 1000
    const result = matchArchitecture(build(classes).parameters)
    if (!result.ok) throw new Error(result.error.message)
    expect([result.value.network.architecture, result.value.network.classes]).toEqual([id, classes])
  })

  test('needs no usual class count where the tensors decide', () => {
    const result = matchArchitecture(cifarResnet({ depth: 20, shortcut: 'a', classes: 17 }).parameters)
    expect(result).toMatchObject({ ok: true, value: { network: { architecture: 'resnet20-cifar-a', classes: 17 } } })
  })

  test('asks for the architecture when the class count does not tell CIFAR from ImageNet', () => {
    const mobilenet = architectures.find(({ id }) => id === 'mobilenetv2-imagenet')
    const result = matchArchitecture(mobilenet?.build(17).parameters ?? [])
    expect(result).toMatchObject({ ok: false, error: { code: 'architecture-ambiguous' } })
    expect(!result.ok && result.error.message).toContain('mobilenetv2-x1_0-cifar, mobilenetv2-imagenet')
  })

  test('knows a ResNet whose modules are spelled as in another collection', () => {
    const network = cifarResnet({ depth: 20, shortcut: 'b', classes: 10 })
    const spelled = network.parameters.map(({ name, shape }) => {
      return { name: `module.${name.replace('shortcut', 'downsample').replace('linear', 'fc')}`, shape }
    })
    const result = matchArchitecture(spelled)
    if (!result.ok) throw new Error(result.error.message)
    expect(result.value.network.architecture).toBe('resnet20-cifar-b')
    expect([...result.value.rename.values()]).toEqual(network.parameters.map(({ name }) => name))
    expect(result.value.rename.get('module.layer2.0.downsample.1.weight')).toBe('layer2.0.shortcut.1.weight')
  })

  test('knows the names and shapes of timm', () => {
    const timm: readonly NamedShape[] =
      architectures
        .find(({ id }) => id === 'mobilenetv2-imagenet')
        ?.build(1000)
        .parameters.map(({ name, shape }) => ({ name: timmMobilenetName(name), shape })) ?? []
    expect(timm.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'conv_stem.weight',
        'blocks.0.0.conv_pw.weight',
        'blocks.1.1.bn3.running_var',
        'blocks.6.0.conv_pwl.weight',
        'bn2.bias',
        'classifier.bias',
      ]),
    )
    const mobilenet = matchArchitecture(timm)
    expect(mobilenet).toMatchObject({ ok: true, value: { network: { architecture: 'mobilenetv2-imagenet' } } })
    expect(mobilenet.ok && mobilenet.value.rename.get('blocks.3.2.conv_dw.weight')).toBe('features.9.conv.1.0.weight')

    const names = { 'classifier.0': 'pre_logits.fc1', 'classifier.3': 'pre_logits.fc2', 'classifier.6': 'head.fc' }
    const shapes = { 'classifier.0.weight': [4096, 512, 7, 7], 'classifier.3.weight': [4096, 4096, 1, 1] }
    const vgg: readonly NamedShape[] =
      architectures
        .find(({ id }) => id === 'vgg16-bn-imagenet')
        ?.build(1000)
        .parameters.map(({ name, shape }) => ({
          name: Object.entries(names).reduce((spelled, [ours, theirs]) => spelled.replace(ours, theirs), name),
          shape: (shapes as Readonly<Record<string, readonly number[]>>)[name] ?? shape,
        })) ?? []
    expect(matchArchitecture(vgg)).toMatchObject({
      ok: true,
      value: { network: { architecture: 'vgg16-bn-imagenet' } },
    })
  })

  test('does not take a second spelling beside the first', () => {
    const network = cifarResnet({ depth: 20, shortcut: 'b', classes: 10 })
    const result = matchArchitecture([...network.parameters, { name: 'fc.weight', shape: [10, 64] }])
    expect(result).toMatchObject({ ok: false, error: { code: 'architecture-unknown', where: 'fc.weight' } })
  })

  test('ignores the prefix of data-parallel training, counters and order', () => {
    const tensors = [
      { name: 'module.bn1.num_batches_tracked', shape: [] },
      ...resnet20a.map(({ name, shape }) => ({ name: `module.${name}`, shape })).toReversed(),
    ]
    const result = matchArchitecture(tensors)
    if (!result.ok) throw new Error(result.error.message)
    expect(result.value.rename.size).toBe(resnet20a.length)
    expect(result.value.rename.get('module.layer3.2.bn2.running_var')).toBe('layer3.2.bn2.running_var')
  })

  test.each([
    {
      difference: 'a missing tensor',
      tensors: resnet20a.filter(({ name }) => name !== 'layer2.1.bn1.bias'),
      says: 'nearest is ResNet-20 (CIFAR, option A), but tensor layer2.1.bn1.bias [32] is missing',
      where: 'layer2.1.bn1.bias',
    },
    {
      difference: 'another shape',
      tensors: replaced('layer3.0.conv1.weight', [64, 32, 5, 5]),
      says: 'tensor layer3.0.conv1.weight should be [64, 32, 3, 3] and is [64, 32, 5, 5]',
      where: 'layer3.0.conv1.weight',
    },
    {
      difference: 'a tensor too many',
      tensors: [...resnet20a, { name: 'head.scale', shape: [2] }],
      says: 'tensor head.scale [2] is not a part of it',
      where: 'head.scale',
    },
  ])('with $difference names the nearest architecture and the tensor', ({ tensors, says, where }) => {
    const result = matchArchitecture(tensors)
    expect(result).toMatchObject({ ok: false, error: { code: 'architecture-unknown', where } })
    expect(!result.ok && result.error.message).toContain(says)
  })

  test('names no nearest architecture where little agrees, and how to come in as ONNX', () => {
    const result = matchArchitecture([...resnet20a.slice(0, 40), { name: 'head.weight', shape: [10, 64] }])
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'architecture-unknown',
        message: 'The 41 tensors fit no known architecture.',
        remedy: expect.stringMatching(/^Export the network as ONNX .*torch\.onnx\.export/),
      },
    })
  })

  test('compares no more tensors than a network has', () => {
    const others = Array.from({ length: 2000 }, (_, index) => ({ name: `other${index}.weight`, shape: [4] }))
    expect(matchArchitecture([...resnet20a, ...others])).toMatchObject({
      ok: false,
      error: { message: `The ${resnet20a.length + 2000} tensors fit no known architecture.` },
    })
  })

  test('says so when not one tensor is known', () => {
    const result = matchArchitecture([{ name: 'encoder.0.attention', shape: [4, 4] }])
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'architecture-unknown', message: 'None of the 1 tensors belongs to a known architecture.' },
    })
  })

  test('refuses to choose between two architectures with the same tensors', () => {
    const [first] = architectures
    if (first === undefined) throw new Error('the zoo is empty')
    const result = matchArchitecture(resnet20a, [first, { ...first, id: 'twin' }])
    expect(result).toMatchObject({ ok: false, error: { code: 'architecture-ambiguous' } })
    expect(!result.ok && result.error.message).toContain('resnet20-cifar-a, twin')
  })

  test('takes a ResNet-18 for CIFAR by its spelling, and asks where that does not tell whether its stem pools', () => {
    const torchvision = architectures.find(({ id }) => id === 'resnet18-cifar')?.build(10).parameters ?? []
    const kuangliu = torchvision.map(({ name, shape }) => {
      return { name: name.replace('downsample', 'shortcut').replace(/^fc/, 'linear'), shape }
    })
    const taken = matchArchitecture(kuangliu)
    expect(taken.ok && taken.value.network.architecture).toBe('resnet18-cifar')
    const asked = matchArchitecture(torchvision)
    expect(asked).toMatchObject({ ok: false, error: { code: 'architecture-ambiguous' } })
    expect(!asked.ok && asked.error.message).toContain('resnet18-cifar, resnet18-cifar-pooled')
  })

  test('refuses two tensors that become the same parameter', () => {
    const result = matchArchitecture([...resnet20a, { name: 'module.conv1.weight', shape: [16, 3, 3, 3] }])
    expect(result).toMatchObject({ ok: false, error: { code: 'file-corrupt', where: 'module.conv1.weight' } })
  })
})

/** What timm calls a tensor of torchvision's MobileNetV2: blocks count within their stage, parts have names. */
function timmMobilenetName(name: string): string {
  const [module = '', parameter = ''] = name.split(/\.(?=[^.]+$)/)
  const whole = {
    'features.0.0': 'conv_stem',
    'features.0.1': 'bn1',
    'features.18.0': 'conv_head',
    'features.18.1': 'bn2',
    'classifier.1': 'classifier',
  }
  for (const [ours, theirs] of Object.entries(whole)) if (module === ours) return `${theirs}.${parameter}`
  const [, feature = '', part = ''] = /^features\.(\d+)\.conv\.(.*)$/.exec(module) ?? []
  let [stage, block] = [0, Number(feature) - 1]
  for (const blocks of [1, 2, 3, 4, 3, 3, 1]) {
    if (block < blocks) break
    block -= blocks
    stage += 1
  }
  const parts =
    stage === 0 ? ['conv_dw', 'bn1', 'conv_pw', 'bn2'] : ['conv_pw', 'bn1', 'conv_dw', 'bn2', 'conv_pwl', 'bn3']
  const at = (stage === 0 ? ['0.0', '0.1', '1', '2'] : ['0.0', '0.1', '1.0', '1.1', '2', '3']).indexOf(part)
  return `blocks.${stage}.${block}.${parts[at] ?? ''}.${parameter}`
}
