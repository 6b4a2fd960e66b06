/**
 * npm run bench -- partition [--networks resnet20,resnet56,resnet18,resnet50,vgg16] [--rounds 3] [--threads 1]
 *
 * What one prediction of all kernels and one step of reconstruction cost with one predictor of all kernels, and with parts of
 * 4,096 and of 16,384 kernels that have as many parameters together.
 * Processor milliseconds of all threads: a busy machine changes them little. Where one predictor would take minutes, its
 * cost is that of two smaller numbers of kernels, continued in a straight line, and marked so.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { createRepresentation } from '#engine/methods/nern/representation.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import type { RepresentedLayer } from '#networks/network.ts'
import { formatCount } from '#shared/basics/format.ts'
import { unwrap } from '#shared/basics/result.ts'
import { predictorParameterCount } from '#shared/methods/nern/accounting.ts'
import { partsOf, wholeNetwork } from '#shared/methods/nern/partition.ts'
import { sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { seenAsTiles } from '#shared/tensors/represented-shape.ts'
import { Costs, layersOfPredictor } from './partition/costs.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'

/** Kernels of 1 x 1 are tiles, of which only ResNet-50 has many. */
const subjects = {
  resnet20: { architecture: 'resnet20-cifar-b', classes: 10 },
  resnet56: { architecture: 'resnet56-cifar-b', classes: 10 },
  resnet18: { architecture: 'resnet18-imagenet', classes: 1000 },
  resnet50: { architecture: 'resnet50-imagenet', classes: 1000 },
  vgg16: { architecture: 'vgg16-bn-imagenet', classes: 1000 },
} as const
type Subject = keyof typeof subjects
const subjectNames = z.array(z.enum(['resnet20', 'resnet56', 'resnet18', 'resnet50', 'vgg16']))

/** Parameters of a predictor for each represented weight. */
const parameterShare = 0.38
const [numbers, embeddingInputs] = [20, 240]
/** Kernels of each part in a step. */
const ofEachPart = 512
/** One predictor is measured in full up to so many kernels. */
const measuredKernels = 100_000

const { values: options } = parseArgs({
  options: {
    networks: { type: 'string', default: Object.keys(subjects).join(',') },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
  },
})
const rounds = Number(options.rounds)
const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: Number(options.threads) })
try {
  const rows: (readonly string[])[] = []
  const loadAtStart = loads()
  for (const name of subjectNames.parse(options.networks.split(','))) rows.push(...(await measure(name)))
  console.log(`${processorAndSystem()}; ${executor.device.runtime}, ${executor.device.threads} threads.`)
  console.log(
    `Load at the start: ${loadAtStart}; at the end: ${loads()}. Processor milliseconds, median of ${rounds}:\n`,
  )
  const head = ['network', 'kernels', 'predictor', 'parameters', 'all predicted', 'kernels a step', 'step']
  console.log(markdownTable(head, rows))
} finally {
  executor.dispose()
}

async function measure(name: Subject): Promise<readonly (readonly string[])[]> {
  const { architecture, classes } = subjects[name]
  const network = unwrap(buildNetwork(architecture, classes))
  const layers = seenAsTiles(network.representedLayers, true)
  const weights = initialParameters(network, 1)
  const sizes = [4096, 16_384].filter((kernels) => (partsBy(kernels, layers)?.length ?? 0) > 1)
  const found: (readonly string[])[] = []
  for (const kernels of [undefined, ...sizes]) found.push(await measureOne(network.title, layers, weights, kernels))
  return found
}

function partsBy(kernels: number, layers: readonly RepresentedLayer[]): readonly number[] | undefined {
  return partsOf({ ...wholeNetwork, by: 'kernels', kernels }, layers)
}

/** @param kernels a part, or one predictor of all when left out */
async function measureOne(
  title: string,
  layers: readonly RepresentedLayer[],
  weights: HostTensors,
  kernels: number | undefined,
): Promise<readonly string[]> {
  const parts = kernels === undefined ? undefined : partsBy(kernels, layers)
  const representedWeights = layers.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const inputs = parts === undefined ? embeddingInputs : numbers
  const hiddenSize = widthFor((parameterShare * representedWeights) / (parts?.length ?? 1), inputs)
  const representation = createRepresentation({
    representedLayers: layers,
    embedding:
      parts === undefined
        ? { type: 'positional', base: 1.25, levels: embeddingInputs / 6, fusion: 'concat' }
        : { type: 'seeded', numbers, seed: 0 },
    hiddenSize,
    blocks: layersOfPredictor,
    ...(parts === undefined ? {} : { parts }),
  })
  const { table, predictor } = representation
  const all = table.kernels
  const sampled = Math.min(all, ofEachPart * (partsBy(4096, layers)?.length ?? 1))
  const costs = new Costs(executor, rounds, representation, weights)
  const isMeasured = parts !== undefined || all <= measuredKernels
  const predicted = isMeasured
    ? await costs.prediction()
    : await costs.continued(all, (count) => costs.predictionOf(count))
  const step = isMeasured ? await costs.step(sampled) : await costs.continued(sampled, (count) => costs.step(count))
  const about = isMeasured ? '' : 'about '
  const parameters =
    (parts?.length ?? 1) * predictorParameterCount(inputs, hiddenSize, layersOfPredictor, predictor.outputs)
  return [
    kernels === undefined ? title : '',
    kernels === undefined ? formatCount(all) : '',
    `${parts === undefined ? 'one' : `${parts.length} parts`}, width ${hiddenSize}`,
    formatCount(parameters),
    about + digits(predicted),
    formatCount(sampled),
    about + digits(step),
  ]
}

/** The width with which a predictor has about so many parameters. */
function widthFor(parameters: number, inputs: number): number {
  let hiddenSize = 1
  while (predictorParameterCount(inputs, hiddenSize, layersOfPredictor, 9) < parameters) hiddenSize++
  return hiddenSize
}
