import { AppException } from '#shared/basics/result.ts'
import { stepSchema, type SpectralDescription, type SpectralLayerEntry } from '#shared/package/spectral-description.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import type { SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import { mostKernelWeights } from '../coding/kernel-codes.ts'
import { precisions, sectionDtypes, sectionName } from '../nern-package/sections.ts'
import { encodeTensors } from '../nern-package/tensor-table.ts'
import { SectionsToWrite } from '../package-container/writer.ts'
import { assertNames, biasNameOf } from './names.ts'
import { layersSection, spectralPackageKind } from './kind.ts'
import { excessOf } from './limits.ts'
import { encodeLayerStream } from './layer-stream.ts'

/**
 * Bytes of a spectral package (docs/format.md). Equal content gives equal bytes with one version of zlib.
 * Throws `invalid-argument` when numbers do not fit their layer or the format, or a name occurs twice.
 */
export function writeSpectralPackage(content: SpectralPackage): Uint8Array<ArrayBuffer> {
  const { network, transform, step, layers, kept, config, accuracies } = content
  const table = encodeTensors(kept)
  const entries = layers.map(describeLayer)
  const range = stepSchema.safeParse(step)
  if (!range.success) throw invalid('step', `${step} is none that a package can have`)
  for (const layer of layers) {
    const excess = excessOf(layer, step)
    if (excess !== undefined) throw invalid(layer.name, excess)
  }
  assertNames([...entries], Object.keys(kept), invalid)
  const sections = new SectionsToWrite()
  sections.add(layersSection, 'uint8', encodeLayerStream(layers, transform))
  for (const precision of precisions) {
    sections.add(sectionName('kept', precision), sectionDtypes[precision], table.sections[precision])
  }
  const { architecture, classes } = network
  return sections.seal(spectralPackageKind, { architecture, classes }, (checksums): SpectralDescription => ({
    version: 1,
    network,
    transform,
    step,
    layers: entries,
    kept: [...table.entries],
    checksums,
    config,
    accuracies,
  }))
}

/** Throws `invalid-argument` for a layer whose numbers are not as many as its shape says. */
function describeLayer(layer: SpectralLayer): SpectralLayerEntry {
  const { name, shape, codes, stepExponents, gainExponents, folded, bias } = layer
  const [filters, , height, width] = kernelShapeOf(shape)
  const size = height * width
  if (size > mostKernelWeights)
    throw invalid(name, `its kernels have ${size} weights, at most ${mostKernelWeights} fit`)
  assertCount(name, 'codes', codes.length, sizeOf(shape))
  if (stepExponents.length !== 1) assertCount(name, 'step exponents', stepExponents.length, size)
  if (gainExponents !== undefined) assertCount(name, 'gain exponents', gainExponents.length, filters)
  if (bias !== undefined) assertCount(name, 'codes of its bias', bias.codes.length, filters)
  if (folded === undefined) return { name, shape: [...shape], ...(bias === undefined ? {} : { bias: bias.name }) }
  const expected = biasNameOf({ folded })
  if (bias !== undefined && bias.name === expected) return { name, shape: [...shape], folded }
  throw invalid(name, `the shift of its batch norm is ${expected ?? 'none'}, its bias is ${bias?.name ?? 'none'}`)
}

function assertCount(name: string, what: string, count: number, expected: number): void {
  if (count !== expected) throw invalid(name, `it needs ${expected} ${what}, not ${count}`)
}

function invalid(name: string, problem: string): AppException {
  return new AppException({ code: 'invalid-argument', message: `${name}: ${problem}.`, where: name })
}
