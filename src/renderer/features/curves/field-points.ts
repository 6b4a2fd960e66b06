/** Experiments as points: one of their numbers against another. */
import type { FieldValue } from '#shared/experiment/experiment-query.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { experimentFields, type ExperimentField } from '#shared/experiment/filter/experiment-fields.ts'
import { experimentColor } from '../../charts/experiment-color.ts'
import { logarithmicRange, paddedRange, type ScatterPoint } from '../../charts/scatter-layout.ts'

/** Those that are numbers: of results, metrics and configurations. */
export const numberFields: readonly ExperimentField[] = experimentFields.filter(({ type }) => type === 'number')

export interface PointAxis {
  readonly fieldId: string
  readonly isLogarithmic: boolean
}

type ValueOf = (fieldId: string, experimentId: string) => FieldValue | undefined

/** One for each experiment that has both numbers; a logarithmic axis has none that are not above 0. */
export function fieldPoints(
  experiments: readonly ExperimentSummary[],
  { x, y }: { readonly x: PointAxis; readonly y: PointAxis },
  valueOf: ValueOf,
): readonly ScatterPoint[] {
  const numberAt = ({ fieldId, isLogarithmic }: PointAxis, id: string): number | undefined => {
    const value = valueOf(fieldId, id)
    const isShown = typeof value === 'number' && Number.isFinite(value) && (value > 0 || !isLogarithmic)
    return isShown ? value : undefined
  }
  return experiments.flatMap((experiment) => {
    const [across, upwards] = [numberAt(x, experiment.id), numberAt(y, experiment.id)]
    if (across === undefined || upwards === undefined) return []
    const place = { x: across, y: upwards, yLow: upwards, yHigh: upwards }
    const look = { token: experimentColor(experiment), mark: 'circle', isReference: false } as const
    return [{ id: experiment.id, label: experiment.name, ...place, ...look }]
  })
}

/** Around the values, with some air; equal values get room on both sides. */
export function pointRange(values: readonly number[], isLogarithmic: boolean): readonly [low: number, high: number] {
  if (isLogarithmic) return logarithmicRange(values)
  const largest = Math.max(0, ...values.map(Math.abs))
  return paddedRange(values, new Set(values).size > 1 ? 0 : 0.1 * largest || 1)
}
