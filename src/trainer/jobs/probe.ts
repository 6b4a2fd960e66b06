/** A proof run: a few sampled steps of a tiny predictor on the chosen device, compared with the reference executor. */
import type { Executor } from '#engine/executors/executor.ts'
import { adam } from '#engine/training/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import { createRepresentation, freshPredictor, kernelTargets } from '#engine/methods/nern/representation.ts'
import type { RepresentedLayer } from '#networks/network.ts'
import { float32Tensor, int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { JobContext, JobEnd } from '../process/job-context.ts'
import { openExecutor } from '../process/open-executor.ts'

const layers: readonly RepresentedLayer[] = [
  { name: 'probe.0', shape: [16, 8, 3, 3] },
  { name: 'probe.1', shape: [8, 16, 1, 1] },
]
const sampledKernels = 64
const steps = 5

export async function probe(_job: Extract<TrainerJob, { kind: 'probe' }>, context: JobContext): Promise<JobEnd> {
  const chosen = await openExecutor(context.executor)
  const reference = await openExecutor({ executor: 'reference', provider: 'cpu', threads: 0 })
  try {
    const found = await fewSteps(chosen.executor, context)
    const expected = await fewSteps(reference.executor, context)
    context.send({
      type: 'result',
      result: {
        kind: 'probe',
        device: chosen.device,
        deviation: deviation(found.state, expected.state),
        millisecondsPerStep: found.milliseconds / steps,
      },
    })
  } finally {
    chosen.executor.dispose()
    reference.executor.dispose()
  }
  return 'finished'
}

async function fewSteps(
  executor: Executor,
  context: JobContext,
): Promise<{ readonly state: HostTensors; readonly milliseconds: number }> {
  const random = Random.fromSeed(1, 'probe')
  const representation = createRepresentation({
    representedLayers: layers,
    embedding: { type: 'positional', base: 0.76, levels: 8, fusion: 'concat' },
    hiddenSize: 16,
    blocks: 4,
  })
  const weights = layers.map(({ name, shape }) => {
    const size = shape.reduce((product, extent) => product * extent, 1)
    return [
      name,
      float32Tensor(
        shape,
        Float32Array.from({ length: size }, () => 0.1 * random.normal()),
      ),
    ] as const
  })
  const targets = kernelTargets(representation, Object.fromEntries(weights))
  const optimizer = adam({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 })
  const parameters = freshPredictor(representation, random)
  const state = executor.createState({ ...parameters, ...initialOptimizerState(optimizer, parameters) })
  const program = await executor.compile(
    sampledStepProgram({ representation, targets, form: 'rmse', optimizer, sampledKernels }),
  )
  const startedMs = context.now()
  for (let step = 1; step <= steps; step++) {
    const kernels = Int32Array.from({ length: sampledKernels }, () => random.integer(representation.table.kernels))
    await program.run(
      { kernels: int32Tensor([sampledKernels], kernels), ...optimizerInputsAt(optimizer, step, 1e-3) },
      state,
    )
  }
  const milliseconds = context.now() - startedMs
  const names = Object.keys(representation.parameterSpecs)
  return { state: await state.read(names), milliseconds }
}

/** Largest difference relative to the largest value of its tensor. */
function deviation(found: HostTensors, expected: HostTensors): number {
  let largest = 0
  for (const [name, tensor] of Object.entries(expected)) {
    const data = Array.from(tensor.data)
    const scale = data.reduce((maximum, value) => Math.max(maximum, Math.abs(value)), 1e-30)
    data.forEach((value, at) => {
      const difference = Math.abs(value - (found[name]?.data[at] ?? Number.NaN)) / scale
      largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference)
    })
  }
  return largest
}
