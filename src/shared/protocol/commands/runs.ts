/** What can be asked of runs: what they measured, kept and said. */
import { z } from 'zod'
import { importanceRequestFields, type ImportanceRecord } from '../../measures/importance.ts'
import { layerEffectsRequestFields, type LayerEffectsRecord } from '../../measures/layer-effects.ts'
import type { PackagedCodes } from '../../methods/spectral/packaged-codes.ts'
import { id, taskId } from '../fields.ts'
import type { KernelHistory } from '../kernel-history.ts'
import type { CheckpointRecord, KernelPreview, LogLine, MetricPoint, RunRecord } from '../records.ts'

/** Their input schemas; a part of `commandInputs`. */
export const runInputs = {
  'runs.get': z.strictObject({ id }),
  'runs.list': z.strictObject({ experimentId: id }),
  /** Points after `afterStep` (-1 = all), thinned to at most `maxPoints` a metric; without it, every point. */
  'runs.metrics': z.strictObject({ id, afterStep: z.int().min(-1), maxPoints: z.int().min(2).max(100_000).optional() }),
  'runs.preview': z.strictObject({ id }),
  /** What a run has made of its kernels, step by step: of all layers the errors, of one layer the kernels. */
  'runs.kernels': z.strictObject({ id, layer: z.string().min(1).max(1000).optional() }),
  'runs.log': z.strictObject({ id }),
  'runs.checkpoints': z.strictObject({ id }),
  /** A running one sends a checkpoint after its next step and goes on; `run-checkpoints` announces it. */
  'runs.save-checkpoint': z.strictObject({ id }),
  /** Pruning curves of a completed compression (method 7.1); the store keeps them. */
  'runs.measure-importance': z.strictObject({
    taskId,
    id,
    ...importanceRequestFields,
    scores: importanceRequestFields.scores.optional(),
    fractions: importanceRequestFields.fractions.optional(),
    seeds: importanceRequestFields.seeds.optional(),
  }),
  'runs.importance': z.strictObject({ id }),
  /** What each layer of a completed compression costs (docs/layers.md); what was measured before is answered at once. */
  'runs.measure-layers': z.strictObject({ taskId, id, ...layerEffectsRequestFields }),
  'runs.layers': z.strictObject({ id }),
  /** The codes in the package of a finished run of spectral codes, with the bits of each: a few kernels of every layer. */
  'runs.codes': z.strictObject({ taskId, id }),
} as const satisfies Record<string, z.ZodType>

/** A part of `CommandOutputs`. */
export interface RunOutputs {
  'runs.get': RunRecord
  'runs.list': readonly RunRecord[]
  'runs.metrics': readonly MetricPoint[]
  /** One entry a represented layer, in the network's order; empty before the first preview. */
  'runs.preview': readonly KernelPreview[]
  'runs.kernels': KernelHistory
  'runs.log': readonly LogLine[]
  'runs.checkpoints': readonly CheckpointRecord[]
  'runs.save-checkpoint': undefined
  'runs.measure-importance': ImportanceRecord
  /** Newest first. */
  'runs.importance': readonly ImportanceRecord[]
  'runs.measure-layers': LayerEffectsRecord
  /** Of the package of the run, newest first. */
  'runs.layers': readonly LayerEffectsRecord[]
  'runs.codes': PackagedCodes
}
