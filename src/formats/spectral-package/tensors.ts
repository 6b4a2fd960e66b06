import { fromFloat16Bits } from '#shared/basics/float16.ts'
import { batchNormParameters } from '#networks/network.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { spectralWeights, type SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import { storedValues } from '#shared/tensors/stored-tensor.ts'

/**
 * The tensors of a package by their original names, as a reader gets them: the weights of its layers, and all others. A
 * batch norm that was folded comes back as one that adds its shift and leaves the rest as it is; a convolution's own bias
 * that was folded with it as zeros.
 */
export function tensorsOf({ transform, step, layers, kept }: SpectralPackage): {
  readonly weights: HostTensors
  readonly kept: HostTensors
} {
  const weights = layers.map((layer) => [layer.name, spectralWeights(layer, transform, step)] as const)
  const beside = layers.flatMap((layer) => [...biasTensors(layer), ...foldedTensors(layer)])
  const others = Object.entries(kept).map(([name, tensor]) => [name, storedValues(tensor)] as const)
  return { weights: Object.fromEntries(weights), kept: Object.fromEntries([...beside, ...others]) }
}

type NamedTensor = readonly [string, HostTensor]

/** Code times scale, rounded once. */
function biasTensors({ bias }: SpectralLayer): readonly NamedTensor[] {
  if (bias === undefined) return []
  const scale = fromFloat16Bits(bias.scale)
  const values = Float32Array.from(bias.codes, (code) => code * scale)
  return [[bias.name, float32Tensor([values.length], values)]]
}

function foldedTensors({ shape, folded }: SpectralLayer): readonly NamedTensor[] {
  if (folded === undefined) return []
  const [filters] = kernelShapeOf(shape)
  const constant = (value: number) => float32Tensor([filters], new Float32Array(filters).fill(value))
  const [weight, , mean, variance] = batchNormParameters(folded.prefix)
  return [
    [weight, constant(1)],
    [mean, constant(0)],
    [variance, constant(1 - folded.epsilon)],
    ...(folded.bias === undefined ? [] : [[folded.bias, constant(0)] as const]),
  ]
}
