/** A step that fits sampled kernels and needs no images. */
import { kernelDraw } from '#engine/methods/nern/representation.ts'
import { optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import { int32Tensor } from '#shared/tensors/host-tensor.ts'
import type { MetricValues } from '../../measure/metrics.ts'
import { learningRateOf, type Step, type StepOptions } from './step.ts'

export async function reconstructionStep(options: StepOptions): Promise<Step> {
  const { executor, config, setup, segment, optimizer, sampling, state } = options
  const { representation, targets } = setup
  const sampler = kernelDraw(representation, targets, config.reconstruction.sampling)
  const program = await executor.compile(
    sampledStepProgram({ representation, targets, form: 'rmse', optimizer, sampledKernels: sampler.count }),
  )
  const run = async (phaseStep: number): Promise<MetricValues> => {
    const learningRate = learningRateOf(config, segment, phaseStep)
    const kernels = int32Tensor([sampler.count], sampler.draw(sampling))
    const { loss } = await program.run({ kernels, ...optimizerInputsAt(optimizer, phaseStep + 1, learningRate) }, state)
    const value = loss?.data[0] ?? Number.NaN
    return { 'loss.total': value, 'loss.reconstruction': value }
  }
  return { run, dispose: () => program.dispose() }
}
