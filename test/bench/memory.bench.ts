/**
 * `npm run bench -- memory [--optimizer adam|ranger|muon] [--threads N] [--steps N]`: memory of a trainer that
 * reconstructs a ResNet-18 (10,985,472 weights) by a predictor of 1,024 hidden units, 65,536 sampled kernels a step.
 * Everything happens in this process, as in a trainer; the figure is the largest resident set of its life.
 */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { createExecutor } from '#engine/executors/create-executor.ts'
import { KernelSampler } from '#engine/methods/nern/kernel-sampling.ts'
import { createOptimizer } from '#engine/training/optimizers/create-optimizer.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { hiddenMatrices } from '#engine/methods/nern/predictor.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import { createRepresentation, freshPredictor, kernelTargets } from '#engine/methods/nern/representation.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters as initialNetwork } from '#networks/initial-parameters.ts'
import { int32Tensor } from '#shared/tensors/host-tensor.ts'
import { formatTable } from '#shared/plain-text/table.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { Random } from '#shared/basics/random.ts'
import { AppException } from '#shared/basics/result.ts'

const { values } = parseArgs({
  options: {
    optimizer: { type: 'string', default: 'ranger' },
    threads: { type: 'string', default: '0' },
    steps: { type: 'string', default: '3' },
  },
})
const optimizerTypes = ['adam', 'ranger', 'muon'] as const
const type = optimizerTypes.find((known) => known === values.optimizer)
if (type === undefined) throw new RangeError(`--optimizer is one of ${optimizerTypes.join(', ')}`)

const blocks = 5
const stages: { readonly stage: string; readonly now: string; readonly most: string; readonly seconds: string }[] = []
let lastMs = performance.now()

function note(stage: string): void {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`
  const nowMs = performance.now()
  // maxRSS is in KiB.
  const most = mebibytes(process.resourceUsage().maxRSS * 1024)
  stages.push({ stage, now: mebibytes(process.memoryUsage.rss()), most, seconds: ((nowMs - lastMs) / 1000).toFixed(1) })
  lastMs = nowMs
}

const built = buildNetwork('resnet18-imagenet', 1000)
if (!built.ok) throw new AppException(built.error)
const network = built.value
const original = initialNetwork(network, 1)
note('original network')
const representation = createRepresentation({
  representedLayers: network.representedLayers,
  embedding: { type: 'positional', base: 0.76, levels: 40, fusion: 'concat' },
  hiddenSize: 1024,
  blocks,
})
const targets = kernelTargets(representation, original)
note('coordinates and targets')
const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: Number(values.threads) })
const optimizer = createOptimizer({ ...fastConfig.reconstruction.optimizer, type }, hiddenMatrices(blocks))
const sampler = new KernelSampler('magnitude-weighted', targets.norms, 65_536)
const sampled = { representation, targets, form: 'rmse', optimizer, sampledKernels: sampler.count } as const
const program = await executor.compile(sampledStepProgram(sampled))
note('compiled')
const predictor = freshPredictor(representation, Random.fromSeed(2))
const state = executor.createState({ ...predictor, ...initialOptimizerState(optimizer, predictor) })
for (let step = 1; step <= Number(values.steps); step++) {
  const kernels = int32Tensor([sampler.count], sampler.draw(Random.fromSeed(step, 'kernels')))
  const { loss } = await program.run({ kernels, ...optimizerInputsAt(optimizer, step, 1e-3) }, state)
  note(`step ${step}, loss ${loss?.data[0]?.toFixed(5) ?? 'none'}`)
}
const rows = stages.map(({ stage, now, most, seconds }) => [stage, now, most, seconds])
const columns = [
  { title: 'after' },
  { title: 'resident', align: 'right' },
  { title: 'largest so far', align: 'right' },
  { title: 'seconds', align: 'right' },
] as const
process.stdout.write(`${type}, ${executor.device.threads} threads\n${formatTable(columns, rows)}\n`)
executor.dispose()
