/**
 * What each layer of a compression costs: accuracy with only this layer replaced by its reconstruction, and with all but
 * this one. A layer is its weight, its bias and the batch norm right behind it (networks/layer-units.ts).
 */
import { z } from 'zod'
import { splitNameSchema, type SplitName } from '../dataset/split-name.ts'
import { pairedInterval, type Interval } from './statistics.ts'

export const layerEffectsRequestFields = {
  split: splitNameSchema,
  /** Only the first so many images; 0 = all. */
  limit: z.int().min(0),
}

/** Of the images that two networks saw, how many only one of them got right. */
const exchangeSchema = z.strictObject({
  /** Right before the exchange and wrong after it. */
  lost: z.int().min(0),
  /** Wrong before and right after. */
  won: z.int().min(0),
})
export type Exchange = Readonly<z.infer<typeof exchangeSchema>>

const effectSchema = z.strictObject({
  /** Of the weight; empty for everything that belongs to no layer. */
  name: z.string(),
  weights: z.int(),
  /** False for a layer that the compression keeps to the bit. */
  isChanged: z.boolean(),
  /** The original with only this layer replaced, against the original. */
  only: exchangeSchema,
  /** The reconstruction with only this layer put back, against the reconstruction. */
  putBack: exchangeSchema,
})
export type LayerEffect = Readonly<z.infer<typeof effectSchema>>

export const layerEffectsSchema = z.strictObject({
  images: z.int(),
  /** Images that the original and the reconstructed network classify correctly. */
  original: z.int(),
  reconstructed: z.int(),
  /** In the order they are computed. */
  layers: z.array(effectSchema.readonly()).readonly(),
})
export type LayerEffects = Readonly<z.infer<typeof layerEffectsSchema>>

/** One measurement that the store keeps: of a package, and the first images of a split. */
export interface LayerEffectsRecord extends LayerEffects {
  readonly runId: string
  readonly packageSha256: string
  readonly datasetSha256: string
  readonly split: SplitName
  readonly device: string
  readonly createdAt: string
}

export interface ShownEffect extends LayerEffect {
  /** Accuracy lost by this layer alone, as a fraction; below 0 where it gains. */
  readonly lostAlone: number
  readonly lostAloneInterval: Interval
  /** Accuracy won by putting back this layer alone. */
  readonly wonBack: number
  readonly wonBackInterval: Interval
}

/** The layers, the one that hurts most first: by what it loses alone and what putting it back wins, together. */
export function shownEffects({ layers, images, original, reconstructed }: LayerEffects): readonly ShownEffect[] {
  return layers
    .map((layer) => {
      const lost = difference(layer.only, original, images)
      const won = difference(layer.putBack, reconstructed, images)
      return {
        ...layer,
        lostAlone: -lost.difference || 0,
        lostAloneInterval: { low: -lost.interval.high, high: -lost.interval.low },
        wonBack: won.difference,
        wonBackInterval: won.interval,
      }
    })
    .toSorted((one, other) => harmOf(other) - harmOf(one))
}

function harmOf({ lostAlone, wonBack }: ShownEffect): number {
  return lostAlone + wonBack
}

/** Accuracy after an exchange minus before it, on the same images. */
function difference({ lost, won }: Exchange, correctBefore: number, images: number) {
  const bothRight = correctBefore - lost
  const agreement = { bothRight, onlyFirst: lost, onlySecond: won, bothWrong: images - bothRight - won - lost }
  return { difference: images === 0 ? 0 : (won - lost) / images, interval: pairedInterval(agreement) }
}
