/**
 * Every number that a run reports over its steps, in one table: the trainer and the studio emit these names, the store
 * keeps them, charts, tables, CSV files and docs/metrics.md take names, titles and units from here.
 */
import type { PhaseName } from '../methods/nern/phases.ts'
import type { Family } from '../experiment/experiment-config.ts'

export interface MetricDefinition {
  /** Of a chart or a column; starts with a capital. */
  readonly title: string
  /** What exactly is measured, in one sentence. */
  readonly explanation: string
  /**
   * Of a value: `fraction` is in [0, 1] and shown in percent, `percent` counts one processor as 100, `loss` and `number`
   * have none.
   */
  readonly unit: 'loss' | 'number' | 'fraction' | 'percent' | 'bits' | 'bytes' | 'steps/s'
  /** Which values one wishes for; `neither` for what is no aim. */
  readonly better: 'higher' | 'lower' | 'neither'
  /** Kinds of experiment that emit it, with the phases in which they do. */
  readonly emittedBy: { readonly [K in Family]?: readonly MetricPhase<K>[] }
  /** Emitted only where it was asked for: a weight above 0, an evaluation while training, a provider of graphics cards. */
  readonly isConditional?: boolean
}

/** Phases of a kind of experiment that have steps. */
export type MetricPhase<K extends Family> = {
  compress: PhaseName
  baseline: 'distillation'
  spectral: 'distillation'
  train: 'training'
}[K]

const withImages = ['distillation', 'quantisation'] as const
const everyPhase = {
  compress: ['reconstruction', 'distillation', 'quantisation'],
  baseline: ['distillation'],
  spectral: ['distillation'],
  train: ['training'],
} as const

/** `satisfies` keeps the names: `MetricName` is the closed union of them. */
export const metrics = {
  'loss.total': {
    title: 'Objective',
    explanation: 'Weighted sum of the losses that the phase has.',
    unit: 'loss',
    better: 'lower',
    emittedBy: { compress: everyPhase.compress, baseline: everyPhase.baseline, spectral: everyPhase.spectral },
  },
  'loss.reconstruction': {
    title: 'Reconstruction',
    explanation:
      'Root of the mean squared error of the represented weights (of the sampled ones where kernels are sampled).',
    unit: 'loss',
    better: 'lower',
    emittedBy: { compress: everyPhase.compress },
  },
  'loss.feature-maps': {
    title: 'Feature maps',
    explanation: 'Distance of the normalised feature maps of the original and the reconstructed network.',
    unit: 'loss',
    better: 'lower',
    emittedBy: { compress: withImages, baseline: everyPhase.baseline, spectral: everyPhase.spectral },
    isConditional: true,
  },
  'loss.distillation': {
    title: 'Distillation',
    explanation: 'Divergence of the softened answers of the original and the reconstructed network.',
    unit: 'loss',
    better: 'lower',
    emittedBy: { compress: withImages, baseline: everyPhase.baseline, spectral: everyPhase.spectral },
    isConditional: true,
  },
  'bits-per-weight': {
    title: 'Rate',
    explanation: 'Bits a coded weight, estimated from how often each code occurs at present.',
    unit: 'bits',
    better: 'lower',
    emittedBy: { spectral: everyPhase.spectral },
  },
  'rate-weight': {
    title: 'Price of a bit',
    explanation: 'Factor of the bits a weight in the objective (lambda), which steers the file to its size.',
    unit: 'number',
    better: 'neither',
    emittedBy: { spectral: everyPhase.spectral },
  },
  'loss.train': {
    title: 'Training loss',
    explanation: 'Cross entropy of one batch of training images.',
    unit: 'loss',
    better: 'lower',
    emittedBy: { train: everyPhase.train },
  },
  'loss.epoch': {
    title: 'Mean of the epoch',
    explanation: 'Mean cross entropy over the batches of an epoch.',
    unit: 'loss',
    better: 'lower',
    emittedBy: { train: everyPhase.train },
  },
  'loss.smoothness': {
    title: 'Smoothness term',
    explanation: 'Part of the objective that makes neighbouring kernels alike, with its weight.',
    unit: 'loss',
    better: 'lower',
    emittedBy: { train: everyPhase.train },
    isConditional: true,
  },
  'relative-error': {
    title: 'Relative error',
    explanation: 'Reconstruction loss over the root mean square of the original weights.',
    unit: 'fraction',
    better: 'lower',
    emittedBy: { compress: everyPhase.compress },
  },
  'accuracy.validation': {
    title: 'Validation accuracy',
    explanation: 'Of the network being made, on the validation split or its first images.',
    unit: 'fraction',
    better: 'higher',
    emittedBy: { compress: everyPhase.compress, train: everyPhase.train },
  },
  'accuracy.train': {
    title: 'Training accuracy',
    explanation:
      'Share of the augmented training images of an epoch that were classified correctly while training on them.',
    unit: 'fraction',
    better: 'higher',
    emittedBy: { train: everyPhase.train },
  },
  smoothness: {
    title: 'Smoothness',
    explanation: 'Mean cosine of neighbouring kernels.',
    unit: 'number',
    better: 'higher',
    emittedBy: { train: everyPhase.train },
  },
  'learning-rate': {
    title: 'Learning rate',
    explanation: 'Of the step.',
    unit: 'number',
    better: 'neither',
    emittedBy: everyPhase,
  },
  'steps-per-second': {
    title: 'Speed',
    explanation: 'Optimiser steps a second, as a moving mean.',
    unit: 'steps/s',
    better: 'higher',
    emittedBy: everyPhase,
  },
  'memory.rss-bytes': {
    title: 'Memory',
    explanation: 'Resident memory of the trainer process.',
    unit: 'bytes',
    better: 'lower',
    emittedBy: everyPhase,
  },
  'cpu.percent': {
    title: 'Processor',
    explanation: 'Processor time of the trainer process over wall time; 100 % is one processor fully busy.',
    unit: 'percent',
    better: 'neither',
    emittedBy: everyPhase,
  },
  'gpu.percent': {
    title: 'Graphics card',
    explanation: 'Share of the time in which the first NVIDIA card worked, whatever program it worked for.',
    unit: 'percent',
    better: 'neither',
    emittedBy: everyPhase,
    isConditional: true,
  },
  'gpu.memory-bytes': {
    title: 'Graphics memory',
    explanation: 'Memory in use on the first NVIDIA card, by all programs together.',
    unit: 'bytes',
    better: 'lower',
    emittedBy: everyPhase,
    isConditional: true,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>

export type MetricName = keyof typeof metrics
export const metricNames = Object.keys(metrics) as readonly MetricName[]

/** The definition of a metric, without the narrow types of the table. */
export function metricDefinition(name: MetricName): MetricDefinition {
  return metrics[name]
}

/** Metrics that a kind of experiment emits, in the order of the table. */
export function metricsOfKind(kind: Family): readonly MetricName[] {
  return metricNames.filter((name) => metricDefinition(name).emittedBy[kind] !== undefined)
}

/** Of a stored name: a store may hold some of other versions of the studio, which stand for themselves. */
export function metricTitle(name: string): string {
  const known = metricNames.find((metric) => metric === name)
  return known === undefined ? name : metrics[known].title
}
