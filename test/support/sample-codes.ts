import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { unwrap } from '#shared/basics/result.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { kernelBasis, type SpectralLayer } from '#shared/tensors/spectral-layer.ts'

/** Quantisation step of the lowest frequency: about 19 times smaller than the network. */
const step = 0.036
/** How sensitive networks are to each frequency of a kernel of 3 x 3, about. */
const sensitivities = [5, 1.1, 0.4, 1.1, 0.4, 0.12, 0.4, 0.12, 0.06]

/** Codes of the sample's kernels at one step; a batch norm that is folded into them changes their gains, not their codes. */
export function sampleCodes(): readonly SpectralLayer[] {
  const path = join(process.cwd(), 'resources', 'samples', 'resnet20-cifar10.safetensors')
  const { tensors } = unwrap(readSafetensors(readFileSync(path), path))
  const { representedLayers } = unwrap(buildNetwork('resnet20-cifar-b', 10))
  return representedLayers.map(({ name, shape }) => {
    const kernels = tensors.get(name)?.toFloat32() ?? new Float32Array()
    const [, , height, width] = kernelShapeOf(shape)
    const size = height * width
    const basis = kernelBasis(height, width)
    const codes = Int32Array.from(kernels, (_, at) => {
      const kernel = kernels.subarray(at - (at % size), at - (at % size) + size)
      const picture = basis[at % size] ?? new Float64Array()
      const coefficient = kernel.reduce((sum, weight, place) => sum + weight * (picture[place] ?? 0), 0)
      return Math.round((coefficient / step) * Math.sqrt(sensitivities[at % size] ?? 1))
    })
    return { name, shape, codes, stepExponents: Int32Array.of(0) }
  })
}
