/**
 * npm run bench -- refresh [--networks resnet20,resnet56,resnet18] [--rounds 3] [--threads 1]
 *
 * What a distillation step costs when it predicts all kernels and when it predicts the sampled ones only
 * (`distillation.refreshEverySteps`), and what share of it the original network's forward pass is. Processor milliseconds
 * of all threads: a busy machine changes them little.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { normaliseImages, imageSpec } from '#engine/network/images.ts'
import { networkForward } from '#engine/network/forward.ts'
import { KernelSampler } from '#engine/methods/nern/kernel-sampling.ts'
import { named } from '#engine/program/named.ts'
import { adam } from '#engine/training/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { fullStepProgram } from '#engine/methods/nern/programs/full-step.ts'
import { emptyCache, rowSourcesOf } from '#engine/methods/nern/programs/kernel-cache.ts'
import { objectiveInputs } from '#engine/methods/nern/programs/objective-gradients.ts'
import { predictAllProgram } from '#engine/methods/nern/programs/predict-all.ts'
import { createRepresentation, freshPredictor, kernelTargets } from '#engine/methods/nern/representation.ts'
import type { Program } from '#engine/program/program.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters as initialNetwork } from '#networks/initial-parameters.ts'
import { float32Tensor, int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException } from '#shared/basics/result.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'
import { processorMilliseconds } from './steps/processor-time.ts'

const subjects = {
  resnet20: { architecture: 'resnet20-cifar-b', classes: 10, hiddenSize: 160, sampledKernels: 4096, batch: 64 },
  resnet56: { architecture: 'resnet56-cifar-b', classes: 10, hiddenSize: 280, sampledKernels: 4096, batch: 64 },
  resnet18: { architecture: 'resnet18-imagenet', classes: 1000, hiddenSize: 1024, sampledKernels: 65_536, batch: 32 },
} as const
type Subject = keyof typeof subjects
const subjectNames = z.array(z.enum(['resnet20', 'resnet56', 'resnet18']))

const { values: options } = parseArgs({
  options: {
    networks: { type: 'string', default: 'resnet20,resnet56,resnet18' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
  },
})
const rounds = Number(options.rounds)
const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: Number(options.threads) })
try {
  const rows: (readonly string[])[] = []
  const loadAtStart = loads()
  for (const name of subjectNames.parse(options.networks.split(','))) rows.push(await measure(name))
  console.log(`${processorAndSystem()}; ${executor.device.runtime}, ${executor.device.threads} threads.`)
  console.log(
    `Load at the start: ${loadAtStart}; at the end: ${loads()}. Processor milliseconds, median of ${rounds}:\n`,
  )
  const head = [
    'network',
    'step, all predicted',
    'step, sampled predicted',
    'share',
    'predicting all',
    'original, forward',
  ]
  console.log(markdownTable(head, rows))
} finally {
  executor.dispose()
}

async function measure(name: Subject): Promise<readonly string[]> {
  const { architecture, classes, hiddenSize, sampledKernels, batch } = subjects[name]
  const built = buildNetwork(architecture, classes)
  if (!built.ok) throw new AppException(built.error)
  const network = built.value
  const parameters = initialNetwork(network, 1)
  const representation = createRepresentation({
    representedLayers: network.representedLayers,
    embedding: { type: 'positional', base: 0.76, levels: 40, fusion: 'concat' },
    hiddenSize,
    blocks: 5,
  })
  const targets = kernelTargets(representation, parameters)
  const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 })
  const predictor = freshPredictor(representation, Random.fromSeed(2))
  const drawn = new KernelSampler('uniform', targets.norms, sampledKernels).draw(Random.fromSeed(3))
  const random = Random.fromSeed(4)
  const { channels, height, width } = network.inputShape
  const pixels = Float32Array.from({ length: batch * channels * height * width }, () => random.integer(256))
  const images = { images: float32Tensor([batch, channels, height, width], pixels) }
  const stepInputs = {
    ...images,
    kernels: int32Tensor([sampledKernels], drawn),
    ...objectiveInputs({ reconstruction: 1, featureMaps: 1e-3, distillation: 1e-2 }),
    ...optimizerInputsAt(optimizer, 1, 1e-4),
  }
  const start = { ...predictor, ...initialOptimizerState(optimizer, predictor), ...emptyCache(representation) }
  const distillation = {
    network,
    parameters,
    batch,
    featureMaps: 'documented',
    form: 'standard',
    temperature: 1,
  } as const
  const common = { representation, targets, form: 'rmse', optimizer, sampledKernels, distillation } as const
  const forward: Program = {
    name: 'original-forward',
    inputs: { images: imageSpec(network, batch) },
    state: {},
    constants: parameters,
    build: (tensors) => ({
      logits: networkForward(network, tensors, normaliseImages(named(tensors, 'images'), network.preprocessing), {
        mode: 'inference',
      }).logits,
    }),
  }
  const whole = await cost(fullStepProgram({ ...common, cache: 'filled' }), stepInputs, start)
  const sources = rowSourcesOf(representation, drawn)
  const partial = await cost(fullStepProgram({ ...common, cache: 'read' }), { ...stepInputs, ...sources }, start)
  const predicting = await cost(predictAllProgram(representation, 'caller'), {}, predictor)
  const original = await cost(forward, images, {})
  const cells = [whole, partial, partial / whole, predicting, original].map(digits)
  return [`${network.title}, hidden size ${hiddenSize}, ${batch} images`, ...cells]
}

function cost(program: Program, inputs: HostTensors, start: HostTensors): Promise<number> {
  return processorMilliseconds(executor, program, { inputs, start, rounds })
}
