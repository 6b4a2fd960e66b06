/** Codes of a package that was never made: rounded coefficients, and bits as a Laplacian distribution would cost. */
import { Random } from '#shared/basics/random.ts'
import type { PackagedCodes } from '#shared/methods/spectral/packaged-codes.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { sampleOf, sampleShapeOf } from '#shared/tensors/kernel-sample.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import type { InventedNetwork } from './invented-records.ts'

export function inventedCodes(network: InventedNetwork): PackagedCodes {
  const random = Random.fromSeed(1, 'codes')
  const layers = sampleOf(network.detail.shape.representedLayers).map((sample) => {
    const [, , height, width] = kernelShapeOf(sample.shape)
    const size = height * width
    const steps = Array.from({ length: size }, (_, at) => 0.03 * (1 + 0.1 * at))
    const codes = Int32Array.from({ length: sizeOf(sampleShapeOf(sample)) }, (_, at) =>
      Math.round((2 * random.normal()) / (1 + (at % size))),
    )
    const codeBits = Float32Array.from(codes, (code) => (code === 0 ? 0.6 : 2 + 1.3 * Math.abs(code)))
    const codeCount = sizeOf(sample.shape)
    const frequencies = steps.map((step, frequency) => {
      const shown = [...codes.keys()].filter((at) => at % size === frequency)
      const all = codeCount / size
      const bits = shown.reduce((sum, at) => sum + (codeBits[at] ?? 0), 0)
      const zeros = shown.filter((at) => codes[at] === 0).length
      return { step, bits: (bits * all) / shown.length, zeros: Math.round((zeros * all) / shown.length) }
    })
    return {
      sample,
      codeCount,
      bits: frequencies.reduce((sum, { bits }) => sum + bits, 0),
      frequencies,
      codes,
      codeBits,
      coefficients: Float32Array.from(codes, (code, at) => (steps[at % size] ?? 1) * (code + random.uniform() - 0.5)),
    }
  })
  const sideBits = 4000
  const bits = layers.reduce((sum, layer) => sum + layer.bits, sideBits)
  return { transform: 'cosine', streamBytes: Math.ceil(bits / 8), sideBits, layers }
}
