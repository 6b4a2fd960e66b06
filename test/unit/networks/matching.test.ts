import { describe, expect, test } from 'vitest'
import { architectures } from '#networks/architectures.ts'
import { matchArchitecture, type NamedShape } from '#networks/matching.ts'
import { cifarResnet } from '#networks/zoo/cifar-resnet.ts'

const resnet20a: readonly NamedShape[] = cifarResnet({ depth: 20, shortcut: 'a', classes: 10 }).parameters

function replaced(name: string, shape: readonly number[]): NamedShape[] {
  return resnet20a.map((tensor) => (tensor.name === name ? { name, shape } : tensor))
}

describe('matchArchitecture', () => {
  test.each(architectures)('finds $id and its class count', ({ id, family, build }) => {
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

  test('refuses two tensors that become the same parameter', () => {
    const result = matchArchitecture([...resnet20a, { name: 'module.conv1.weight', shape: [16, 3, 3, 3] }])
    expect(result).toMatchObject({ ok: false, error: { code: 'file-corrupt', where: 'module.conv1.weight' } })
  })
})
