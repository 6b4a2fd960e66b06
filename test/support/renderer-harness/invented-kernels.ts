/** Kernels that come to life: noise that turns into the original, step by step. */
import { Random } from '#shared/basics/random.ts'
import type { KernelHistory } from '#shared/protocol/kernel-history.ts'
import { sampledValues, sampleOf, sampleShapeOf } from '#shared/tensors/kernel-sample.ts'
import type { InventedNetwork } from './invented-records.ts'

const shownSteps = 16

export function inventedKernels(network: InventedNetwork, lastStep: number, name?: string): KernelHistory {
  const layers = sampleOf(network.detail.shape.representedLayers)
  const layer = layers.find((known) => known.name === name) ?? layers[1]
  if (layer === undefined) return { layers: [], steps: [] }
  const original = sampledValues(Float32Array.from(network.parameters[layer.name]?.data ?? []), layer)
  const random = Random.fromSeed(1, 'kernels')
  const noise = original.map(() => 0.1 * random.normal())
  const missing = Array.from({ length: shownSteps + 1 }, (_, at) => 0.15 + 0.85 * Math.exp(-at / 4))
  return {
    layers,
    steps: missing.map((share, at) => ({
      step: Math.round(lastStep ** (at / shownSteps)) - (at === 0 ? 1 : 0),
      phase: 'reconstruction',
      errors: layers.map((_, index) => Math.min(1, share * (0.8 + 0.02 * index))),
    })),
    shown: {
      layer: layer.name,
      shape: sampleShapeOf(layer),
      original,
      reconstructed: missing.map((share) =>
        original.map((weight, at) => (1 - share) * weight + share * (noise[at] ?? 0)),
      ),
    },
  }
}
