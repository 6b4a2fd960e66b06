import { expect, test } from 'vitest'
import { chosenLayers, withLayerChoice } from '#renderer/features/new-experiment/layer-choices.ts'

const names = ['conv1.weight', 'layer3.0.weight', 'layer3.1.weight']

test('every layer is as the rest but those that the text names', () => {
  expect(chosenLayers('layer3.* finer', names)).toEqual([
    { name: 'conv1.weight', choice: 'usual' },
    { name: 'layer3.0.weight', choice: 'finer' },
    { name: 'layer3.1.weight', choice: 'finer' },
  ])
  expect(chosenLayers('layer9.* finer', names)).toBeUndefined()
})

test('a choice writes the text anew, layer by layer', () => {
  const layers = chosenLayers('layer3.* finer', names) ?? []
  expect(withLayerChoice(layers, 'conv1.weight', 'exact')).toBe(
    'conv1.weight exact, layer3.0.weight finer, layer3.1.weight finer',
  )
  expect(withLayerChoice(layers, 'layer3.1.weight', 'usual')).toBe('layer3.0.weight finer')
})
