import { describe, expect, test } from 'vitest'
import { networkShape } from '#networks/network-shape.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { unwrap } from '#shared/basics/result.ts'
import {
  codableLayers,
  exactPatterns,
  formatLayerPrecisions,
  layerPrecisions,
} from '#shared/methods/spectral/layer-precisions.ts'

const names = ['conv1.weight', 'layer1.0.conv1.weight', 'layer1.0.conv2.weight', 'layer3.0.conv1.weight', 'fc.weight']
const read = (text: string) => unwrap(layerPrecisions(text, names))
const refusal = (text: string) => {
  const result = layerPrecisions(text, names)
  if (result.ok) throw new Error(`${text} was read.`)
  return result.error
}

describe('layers that are treated otherwise', () => {
  test('are named one by one, or by a pattern', () => {
    expect(read('conv1.weight exact, layer3.* finer')).toEqual({
      'conv1.weight': 'exact',
      'layer3.0.conv1.weight': 'finer',
    })
    expect(Object.keys(read('layer1.*conv*.weight coarser'))).toEqual([names[1], names[2]])
    expect(Object.keys(read('* coarser'))).toEqual(names)
    expect(Object.keys(read('*conv1* finer'))).toEqual([names[0], names[1], names[3]])
  })

  test('stand on lines of their own as well, with any blanks; nothing names none', () => {
    expect(read('  conv1.weight \t exact ,,\n\nfc.weight finer\n')).toEqual({
      'conv1.weight': 'exact',
      'fc.weight': 'finer',
    })
    expect([read(''), read(' ,\n')]).toEqual([{}, {}])
  })

  test('are as the last entry says that fits them', () => {
    expect(read('* coarser, fc.weight exact')['fc.weight']).toBe('exact')
    expect(read('fc.weight exact, * coarser')['fc.weight']).toBe('coarser')
  })

  test('have names with blanks in some ONNX graphs, and names of objects of the language', () => {
    const odd = ['my first layer', '__proto__', 'constructor']
    expect(unwrap(layerPrecisions('my first layer exact', odd))).toEqual({ 'my first layer': 'exact' })
    expect(Object.entries(unwrap(layerPrecisions('* finer', odd))).map(([name]) => name)).toEqual(odd)
    expect(formatLayerPrecisions({}, odd)).toBe('')
  })

  test.each([
    ['conv1.wieght exact', 'The network has no layer conv1.wieght.', 'Did you mean conv1.weight?'],
    ['conv1 exact', 'The network has no layer conv1.', 'Did you mean conv1.weight?'],
    ['layer9.* finer', 'No layer of the network fits the pattern layer9.*.', 'Its layers are conv1.weight'],
    [
      'conv1.weight precise',
      '“conv1.weight precise” does not say how a layer is stored.',
      'one of exact, finer, coarser',
    ],
    ['exact', '“exact” does not say how a layer is stored.', 'Write the name of a weight'],
    [
      'conv1.weight exact; fc.weight finer',
      'The network has no layer conv1.weight exact; fc.weight.',
      'Its layers are',
    ],
  ])('are refused in %j, with what may have been meant', (text, message, remedy) => {
    const error = refusal(text)
    expect(error).toMatchObject({ code: 'invalid-config', where: 'layers', message })
    expect(error.remedy).toContain(remedy)
  })

  test('are found whatever the number of stars, which would never end as a regular expression', () => {
    const pattern = `${'*a'.repeat(400)}*b`
    expect(layerPrecisions(`${pattern} exact`, ['a'.repeat(1000)]).ok).toBe(false)
    expect(layerPrecisions(`${pattern} exact`, [`${'a'.repeat(1000)}b`]).ok).toBe(true)
  })

  test('are written as they are read', () => {
    const precisions = read('layer1.* finer, conv1.weight exact')
    const text = formatLayerPrecisions(precisions, names)
    expect(text).toBe('conv1.weight exact, layer1.0.conv1.weight finer, layer1.0.conv2.weight finer')
    expect(read(text)).toEqual(precisions)
  })

  test('that a text calls exact are known without a network', () => {
    expect(exactPatterns('conv1.weight exact, layer3.* finer, fc.* exact\nwrong')).toEqual(['conv1.weight', 'fc.*'])
    expect(exactPatterns('fc.* exact, fc.* finer')).toEqual([])
  })
})

test('convolutions and linear layers can be coded, whether or not a predictor would represent them', () => {
  const shape = networkShape(unwrap(buildNetwork('resnet20-cifar-b', 10)))
  const layers = codableLayers(shape)
  expect(layers.slice(0, shape.representedLayers.length)).toEqual(shape.representedLayers.map(({ name }) => name))
  expect(layers.slice(shape.representedLayers.length)).toEqual(['linear.weight'])
  const other = { name: 'stem.weight', shape: [32, 3, 3, 3], group: 'other', isVariance: false } as const
  const bias = { name: 'stem.bias', shape: [32], group: 'other', isVariance: false } as const
  expect(codableLayers({ representedLayers: [], remainder: [other, bias] })).toEqual(['stem.weight'])
})
