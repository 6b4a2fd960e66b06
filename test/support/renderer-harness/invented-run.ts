/** Invented curves, kernels, log and images of a run. */
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import type { RunCurves } from '#shared/measures/run-curves.ts'
import { segmentsOf } from '#shared/methods/nern/phases.ts'
import type { DatasetSamples } from '#shared/protocol/commands/datasets.ts'
import { Random } from '#shared/basics/random.ts'
import type { CheckpointRecord, KernelPreview, LogLine, MetricPoint, RunRecord } from '#shared/protocol/records.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { curvesOf } from '#test/support/run-curves.ts'
import { before, inventedSteps, type InventedNetwork } from './invented-records.ts'

/** Points of the steps (from, to]. */
export function metricPoints(
  config: ExperimentConfig,
  from: number,
  to: number,
  every: number,
): readonly MetricPoint[] {
  const random = Random.fromSeed(from + 1, 'metrics')
  const total = inventedSteps(config)
  const split = config.kind === 'compress' ? config.reconstruction.steps : 0
  const points: MetricPoint[] = []
  for (let step = from + 1; step <= to; step++) {
    const isDistilling = config.kind !== 'train' && step > split
    if (step % every !== 0 && !(isDistilling && step % 2 === 0)) continue
    const elapsedMs = isDistilling ? split * 19 + (step - split) * 700 : step * 19
    const add = (name: string, value: number): void => void points.push({ name, step, elapsedMs, value })
    const noise = Math.exp(0.12 * random.normal())
    if (config.kind === 'train') {
      add('loss.train', noise * (2.3 * Math.exp((-4 * step) / total) + 0.05))
      add('loss.smoothness', -0.4 - 1.1 * (1 - Math.exp((-3 * step) / total)) - 0.02 * noise)
      if (step % 352 === 0) add('loss.epoch', 2.3 * Math.exp((-4 * step) / total) + 0.05)
      if (step % 352 === 0) add('smoothness', 0.118 - 0.116 * Math.exp((-3 * step) / total))
      if (step % 352 === 0) add('accuracy.validation', 0.92 - 0.5 * Math.exp((-6 * step) / total))
      if (step % 352 === 0) add('accuracy.train', 0.99 - 0.58 * Math.exp((-5 * step) / total))
    } else {
      const fit = 0.021 * Math.exp((-3.4 * Math.min(step, split)) / Math.max(1, split)) + 0.0042
      if (config.kind === 'compress') add('loss.reconstruction', noise * fit)
      add('loss.total', noise * fit * (isDistilling ? 1.4 : 1))
      if (isDistilling) add('loss.feature-maps', noise * 0.0018 * Math.exp(-(step - split) / 140))
      if (isDistilling) add('loss.distillation', noise * 0.0011 * Math.exp(-(step - split) / 90))
      if (config.kind === 'spectral') {
        add('bits-per-weight', 1.4 + 1.6 * Math.exp((-4 * step) / total) + 0.01 * random.normal())
        add('rate-weight', 2.4 - 1.4 * Math.exp((-3 * step) / total))
      }
      if (config.kind === 'compress' && step % 500 === 0)
        add('relative-error', 0.24 + 0.7 * Math.exp((-4.2 * step) / split))
      if (config.kind === 'compress' && isDistilling && (step - split) % 50 === 0) {
        add('accuracy.validation', 0.911 - 0.045 * Math.exp(-(step - split) / 80))
      }
    }
    add('learning-rate', 1e-6 + 0.01 * (1 + Math.cos((Math.PI * step) / total)))
    if (step % 100 === 0 || isDistilling) add('cpu.percent', 190 + 6 * random.normal())
    if (step % 100 === 0 || isDistilling) add('memory.rss-bytes', 2 ** 20 * (isDistilling ? 911 : 402 + step / 500))
    add('steps-per-second', isDistilling ? 1.4 + 0.05 * random.normal() : 52 + 2 * random.normal())
  }
  return points
}

/** As `runs.curves` answers, with the phases that the configuration plans and a pause of an hour. */
export function inventedCurves(
  runId: string,
  config: ExperimentConfig,
  points: readonly MetricPoint[],
  metrics?: readonly string[],
): RunCurves {
  const planned = config.kind === 'compress' ? segmentsOf(config) : []
  const timeline = {
    phases: planned.map(({ phase, first, steps }) => ({ name: phase, firstStep: first, steps })),
    wallOffsets: [
      { elapsedMs: 0, offsetMs: 2000 },
      { elapsedMs: 60_000, offsetMs: 3_600_000 },
    ],
  }
  const own = points.filter(({ name }) => metrics?.includes(name) ?? true)
  return curvesOf(own, { runId, timeline })[0]
}

export function kernelPreviews(network: InventedNetwork, step: number): readonly KernelPreview[] {
  return network.detail.shape.representedLayers.map(({ name, shape }, index) => {
    const [filters, channels, height, width] = kernelShapeOf(shape)
    const weights = network.parameters[name]?.data ?? new Float32Array(0)
    const count = Math.min(64, filters * channels)
    const relativeError = 0.16 + 0.012 * index
    const original = Float32Array.from(weights.slice(0, count * height * width))
    const random = Random.fromSeed(index, 'preview')
    const spread = Math.sqrt(original.reduce((sum, weight) => sum + weight * weight, 0) / original.length)
    return {
      step,
      layer: name,
      relativeError,
      kernelShape: [height, width],
      count,
      original,
      reconstructed: original.map((weight) => weight + relativeError * spread * random.normal()),
    }
  })
}

export function logLines(run: RunRecord, nowMs: number): readonly LogLine[] {
  const line = (minutes: number, text: string, level: LogLine['level'] = 'info'): LogLine => ({
    at: before(nowMs, minutes),
    level,
    text,
  })
  return [
    line(9, `Started on ${run.device ?? 'nothing'}`),
    line(9, 'Cross-filter permutation of 19 layers in 1.4 s'),
    line(9, 'Compiled the sampled step: 4,096 of 29,744 kernels'),
    line(6, 'Checkpoint at step 500 (2.81 MiB)'),
    line(4, 'The machine was busy: 12 steps took longer than a second', 'warning'),
    line(3, 'Checkpoint at step 4,000 (2.81 MiB)'),
    ...(run.error === undefined ? [] : [line(2, run.error.message, 'error')]),
  ]
}

export function checkpoints(run: RunRecord, nowMs: number): readonly CheckpointRecord[] {
  return [4000, 2000, 500].map((step, index) => ({
    runId: run.id,
    step,
    phase: 'reconstruction',
    sha256: `${index}c4f9d2a7b`.repeat(6).slice(0, 64),
    sizeBytes: 2_946_112,
    createdAt: before(nowMs, 3 + 3 * index),
  }))
}

/** Coloured blobs: enough to see layout and labels. */
export function inventedSamples(offset: number, count: number, size = 32): DatasetSamples {
  const scale = size / 32
  const pixels = new Uint8Array(count * size * size * 3)
  const labels: number[] = []
  for (let image = 0; image < count; image++) {
    const random = Random.fromSeed(offset + image, 'image')
    labels.push(random.integer(10))
    const blob = [8 + random.integer(16), 8 + random.integer(16), 5 + random.integer(9)]
    const [centerX = 0, centerY = 0, radius = 0] = blob.map((value) => value * scale)
    const colors = Array.from({ length: 6 }, () => random.integer(256))
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const isInside = (x - centerX) ** 2 + (y - centerY) ** 2 < radius ** 2
        for (let channel = 0; channel < 3; channel++) {
          const base = colors[channel + (isInside ? 3 : 0)] ?? 0
          pixels[((image * size + y) * size + x) * 3 + channel] = Math.max(
            0,
            Math.min(255, base + 12 * random.normal()),
          )
        }
      }
    }
  }
  return { offset, count, pixels, labels, height: size, width: size }
}
