/** From coefficients to what a distillation of codes begins with, and from what it learned to codes. */
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { sixteenths } from '#shared/tensors/spectral-layer.ts'
import { CodeRates } from './code-rates.ts'
import { tensorOf, type CodedLayer, type CodedNetwork } from './coded-layers.ts'
import { exponentOf } from './frequency-steps.ts'
import { nameOf } from './latent-names.ts'
import { quantise, type LayerCodes } from './quantise.ts'

const log = Math.log

/** @param step of the package, with which the codes begin */
export function initialLatents({ layers, parameters }: CodedNetwork, step: number): HostTensors {
  return Object.fromEntries(
    layers.flatMap((layer) => {
      const { name, shape, coefficients, size, isFine, stepExponents, gainExponents, biasName } = layer
      const [filters, channels] = kernelShapeOf(shape)
      const bias =
        biasName === undefined ? [] : [[nameOf.bias(biasName), copied(tensorOf(parameters, biasName))] as const]
      if (isFine)
        return [[nameOf.weight(name), float32Tensor([filters, channels], coefficients.slice())] as const, ...bias]
      const steps = Float64Array.from(stepExponents, (exponent) => step * sixteenths(exponent))
      const codes = coefficients.map((value, at) => value / (steps[steps.length === 1 ? 0 : at % size] ?? 1))
      return [
        [nameOf.codes(name), float32Tensor([filters * channels, size], codes)] as const,
        [nameOf.steps(name), float32Tensor([steps.length], Float32Array.from(steps, log))] as const,
        ...(gainExponents === undefined
          ? []
          : [
              [
                nameOf.gains(name),
                float32Tensor(
                  [filters],
                  Float32Array.from(gainExponents, (e) => log(sixteenths(e))),
                ),
              ] as const,
            ]),
        ...bias,
      ]
    }),
  )
}

function copied({ shape, data }: HostTensors[string]): HostTensors[string] {
  return float32Tensor(shape, Float32Array.from(data))
}

/** Rounded codes of a layer by name, [kernels, frequencies]; nothing of finely stored ones. */
export function codesOf(
  { layers }: CodedNetwork,
  latents: HostTensors,
): Readonly<Record<string, Int32Array<ArrayBuffer>>> {
  return Object.fromEntries(
    layers
      .filter(({ isFine }) => !isFine)
      .map(({ name }) => [name, Int32Array.from(tensorOf(latents, nameOf.codes(name)).data, roundHalfToEven)]),
  )
}

/** As programs round. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}

/** What a package holds of all layers, with scales rounded to their exponents. @param step of the package */
export function learnedCodes(
  coded: CodedNetwork,
  latents: HostTensors,
  step: number,
): { readonly codes: Readonly<Record<string, LayerCodes>>; readonly biases: HostTensors } {
  const rounded = codesOf(coded, latents)
  const codes = coded.layers.map(
    (layer) => [layer.name, layerCodes(layer, latents, rounded[layer.name], step)] as const,
  )
  const biases = coded.layers.flatMap(({ biasName }) =>
    biasName === undefined ? [] : [[biasName, tensorOf(latents, nameOf.bias(biasName))] as const],
  )
  return { codes: Object.fromEntries(codes), biases: Object.fromEntries(biases) }
}

function layerCodes(layer: CodedLayer, latents: HostTensors, codes: Int32Array | undefined, step: number): LayerCodes {
  const { name, gainExponents } = layer
  if (codes === undefined) {
    const { data } = tensorOf(latents, nameOf.weight(name))
    return quantise({ ...layer, coefficients: Float32Array.from(data) }, { step, rateWeight: 0 })
  }
  const exponents = (key: string, unit: number): Int32Array =>
    Int32Array.from(tensorOf(latents, key).data, (value) => exponentOf(Math.exp(value) / unit))
  return {
    codes,
    stepExponents: exponents(nameOf.steps(name), step),
    ...(gainExponents === undefined ? {} : { gainExponents: exponents(nameOf.gains(name), 1) }),
  }
}

/** Prices of codes by their present frequencies, and the bits they take by those. */
export function codePrices(
  coded: CodedNetwork,
  latents: HostTensors,
): { readonly slopes: HostTensors; readonly bits: number } {
  let bits = 0
  const slopes = Object.entries(codesOf(coded, latents)).map(([name, codes]) => {
    const layer = coded.layers.find((candidate) => candidate.name === name)
    const rates = CodeRates.of(codes, layer?.stepExponents.length ?? 1)
    bits += rates.total
    const values = rates.slopes()
    return [nameOf.slopes(name), float32Tensor([values.length], values)] as const
  })
  return { slopes: Object.fromEntries(slopes), bits }
}
