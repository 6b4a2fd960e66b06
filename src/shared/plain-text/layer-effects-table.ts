import { formatCount, formatPercent, formatPoints } from '../basics/format.ts'
import { shownEffects, type LayerEffectsRecord } from '../measures/layer-effects.ts'
import { csvText } from './csv.ts'
import { formatTable } from './table.ts'

/** The layers of a compression, the one that hurts most first. */
export function formatLayerEffects(record: LayerEffectsRecord): string {
  const { images, split, original, reconstructed } = record
  const table = formatTable(
    [
      { title: 'layer' },
      { title: 'weights', align: 'right' },
      { title: 'lost alone', align: 'right' },
      { title: 'won when put back', align: 'right' },
    ],
    shownEffects(record).map(({ name, weights, lostAlone, wonBack }) => [
      layerName(name),
      formatCount(weights),
      formatPoints(lostAlone),
      formatPoints(wonBack),
    ]),
  )
  const title =
    `On ${formatCount(images)} images of the ${split} split the original classifies ${formatPercent(original / images)} ` +
    `correctly, the reconstruction ${formatPercent(reconstructed / images)}.`
  return `${title}\n\n${table}`
}

/** One line a layer in the order they are computed: RFC 4180 with a head. */
export function layerEffectsCsv({ images, split, layers }: LayerEffectsRecord): string {
  const counts = ['alone_lost', 'alone_won', 'put_back_lost', 'put_back_won']
  return csvText([
    ['split', 'images', 'layer', 'weights', ...counts],
    ...layers.map(({ name, weights, only, putBack }) => [
      split,
      String(images),
      layerName(name),
      String(weights),
      ...[only.lost, only.won, putBack.lost, putBack.won].map(String),
    ]),
  ])
}

function layerName(name: string): string {
  return name === '' ? 'the rest' : name
}
