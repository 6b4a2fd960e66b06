/** Codes with the gains and biases that give every channel its mean and deviation back. */
import { correctionProgram } from '#engine/methods/spectral/correction.ts'
import { tensorOf } from '#engine/methods/spectral/coded-layers.ts'
import type { LayerCodes } from '#engine/methods/spectral/quantise.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { float32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { writeImages } from '../../data/augmentation.ts'
import { spreadOver } from '../../data/image-split.ts'
import { NoiseSource } from '../../data/noise-source.ts'
import { loadSplit, type DatasetInput } from '../../data/open-dataset.ts'
import { evaluationBatchOf } from '../../measure/evaluation.ts'
import { packageContent, type ChosenCodes, type ContentOptions } from './content.ts'

/** @param dataset needed for a correction by its images */
export async function corrected(
  options: ContentOptions,
  chosen: ChosenCodes,
  executor: Executor,
  dataset: DatasetInput | undefined,
): Promise<ChosenCodes> {
  const { coded } = options
  const images = await correctionImages(options, dataset)
  const { weights, kept } = tensorsOf(packageContent(options, chosen))
  const copy = { ...coded.parameters, ...kept, ...weights }
  const program = await executor.compile(correctionProgram(coded, copy, images.shape[0] ?? 1))
  const state = executor.createState({})
  try {
    const outputs = await program.run({ images }, state)
    const codes = Object.entries(chosen.codes).map(
      ([name, own]) => [name, withGains(own, outputs[`gain.${name}`])] as const,
    )
    const biases = coded.layers.flatMap(({ name, biasName }) => {
      const shift = outputs[`shift.${name}`]
      if (biasName === undefined || shift === undefined) return []
      return [[biasName, { ...tensorOf(coded.parameters, biasName), ...shift }] as const]
    })
    return { ...chosen, codes: Object.fromEntries(codes), biases: { ...chosen.biases, ...Object.fromEntries(biases) } }
  } finally {
    program.dispose()
    state.dispose()
  }
}

function withGains(codes: LayerCodes, added: HostTensor | undefined): LayerCodes {
  if (added === undefined || codes.gainExponents === undefined) return codes
  return { ...codes, gainExponents: codes.gainExponents.map((exponent, at) => exponent + (added.data[at] ?? 0)) }
}

/** As many as were asked for, or as the maps of the network leave memory for. */
async function correctionImages(
  { original: { network }, config: { correction, seed } }: ContentOptions,
  dataset: DatasetInput | undefined,
): Promise<HostTensor> {
  const batch = Math.min(correction.count, evaluationBatchOf(network))
  const { channels, height, width } = network.inputShape
  const shape = [batch, channels, height, width]
  if (correction.images === 'noise' || dataset === undefined) {
    const noise = {
      kind: 'gaussian',
      shape: network.inputShape,
      normalisation: network.preprocessing,
      batch,
      seed,
    } as const
    return float32Tensor(shape, (await new NoiseSource(noise).next()).images)
  }
  const split = spreadOver(await loadSplit(dataset, 'train', network), batch)
  const count = split.labels.length
  const images = new Float32Array(count * channels * height * width)
  const stored = await split.read(Array.from({ length: count }, (_, at) => at))
  writeImages(stored, images, count, { stored: split.shape, shown: network.inputShape })
  return float32Tensor([count, channels, height, width], images)
}
