/** A new experiment in which one layer is treated with more care, as a form to look through. */
import type { LayerPrecision } from '#shared/methods/spectral/layer-precisions.ts'
import type { ShownEffect } from '#shared/measures/layer-effects.ts'
import type { SizeBreakdown, SizePartName } from '#shared/package/accounting.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import type { FormStart } from '#shared/protocol/window-memory.ts'
import { typedValues } from '../new-experiment/config-editing.ts'

export type CarefulPrecision = Exclude<LayerPrecision, 'coarser'>

export interface KeptLayer {
  /** Of the whole file, so that all other layers stay about as they are. */
  readonly bytes: number
  /** The form, filled. */
  readonly start: FormStart
}

/** Where a layer's representation is counted. */
const representationParts: readonly SizePartName[] = ['predictor', 'permutation', 'kernels']
const bitsPerExactWeight = 32
/** Half the step. */
const moreBitsOfFiner = 1

/** Whether the method of an experiment can treat layers apart; the new experiment takes spectral codes where it cannot. */
export function hasLayerPrecisions({ config }: Pick<ExperimentRecord, 'config'>): boolean {
  return parametersOf(config.kind).some(({ control }) => control.type === 'layers')
}

/** @param sizes of the finished run */
export function keptLayer(
  experiment: ExperimentRecord,
  sizes: SizeBreakdown,
  { name, weights }: Pick<ShownEffect, 'name' | 'weights'>,
  precision: CarefulPrecision,
): KeptLayer {
  const bytes = sizes.totalBytes + Math.max(1, Math.round((weights * moreBits(sizes, precision)) / 8))
  const { id, config, networkId, datasetId } = experiment
  const isSame = hasLayerPrecisions(experiment)
  const before = isSame ? String(typedValues(config)['layers'] ?? '').trim() : ''
  return {
    bytes,
    start: {
      kind: isSame ? config.kind : 'spectral',
      datasetId,
      ...(networkId === undefined ? {} : { networkId }),
      ...(isSame ? { fromId: id } : {}),
      typed: {
        // Of several words on a layer the last one counts.
        layers: `${before === '' ? '' : `${before}, `}${name} ${precision}`,
        'size.target': 'bytes',
        'size.bytes': String(bytes),
      },
    },
  }
}

/** A weight, over the average of what it takes now. */
function moreBits({ parts, representedWeights }: SizeBreakdown, precision: CarefulPrecision): number {
  if (precision === 'finer') return moreBitsOfFiner
  const represented = parts.filter(({ part }) => representationParts.includes(part))
  const bytes = represented.reduce((sum, part) => sum + part.bytes, 0)
  return Math.max(0, bitsPerExactWeight - (8 * bytes) / Math.max(1, representedWeights))
}
