import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { measuredOutcome, measuredOutcomes } from '#shared/experiment/measured-outcomes.ts'
import { networkPresets } from '#shared/experiment/presets.ts'

const root = join(import.meta.dirname, '../../../..')
const oneSpaced = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('what presets cost in accuracy', () => {
  test.each(measuredOutcomes)('is told in its document: $presetId, $network.title', ({ document, quote, points }) => {
    const text = oneSpaced(readFileSync(join(root, document), 'utf8'))
    const line = text.slice(text.indexOf(quote))
    expect(text).toContain(quote)
    // The quote itself, or the row that it begins.
    expect(line.slice(0, Math.max(quote.length, 80))).toContain(Math.abs(points).toFixed(2))
  })

  test('belongs to presets that there are', () => {
    const ids = new Set(networkPresets.map(({ id }) => id))
    expect(measuredOutcomes.filter(({ presetId }) => !ids.has(presetId))).toEqual([])
  })

  test('is of a network of the same architecture where one was measured, else of another', () => {
    expect([
      measuredOutcome('small', 'resnet20-cifar-a')?.points,
      measuredOutcome('small', 'vgg11-bn-cifar')?.points,
      measuredOutcome('smoke', 'resnet20-cifar-a'),
    ]).toEqual([-0.85, -0.48, undefined])
  })
})
