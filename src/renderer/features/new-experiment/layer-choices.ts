/** The text of layers that are treated otherwise, as one choice a layer. */
import {
  formatLayerPrecisions,
  layerPrecisionNames,
  layerPrecisions,
  type LayerPrecision,
} from '#shared/methods/spectral/layer-precisions.ts'
import { newExperimentTexts } from './texts.ts'

/** `usual`: as the rest of the network. */
export type LayerChoice = LayerPrecision | 'usual'

export interface ChosenLayer {
  readonly name: string
  readonly choice: LayerChoice
}

export const layerChoiceOptions: readonly { readonly value: LayerChoice; readonly title: string }[] = (
  ['usual', ...layerPrecisionNames] as const
).map((value) => ({ value, title: newExperimentTexts.layerChoice[value] }))

/** What `text` says of each layer; undefined where it cannot be read. */
export function chosenLayers(text: string, names: readonly string[]): readonly ChosenLayer[] | undefined {
  const read = layerPrecisions(text, names)
  if (!read.ok) return undefined
  const precisions = new Map(Object.entries(read.value))
  return names.map((name) => ({ name, choice: precisions.get(name) ?? 'usual' }))
}

/** The text with another choice for one layer, written layer by layer. @param layers as `chosenLayers` gives them */
export function withLayerChoice(layers: readonly ChosenLayer[], name: string, choice: LayerChoice): string {
  const precisions = layers.flatMap((layer) => {
    const chosen = layer.name === name ? choice : layer.choice
    return chosen === 'usual' ? [] : [[layer.name, chosen] as const]
  })
  return formatLayerPrecisions(
    Object.fromEntries(precisions),
    layers.map((layer) => layer.name),
  )
}
