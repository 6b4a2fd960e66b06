/** 09: the predictor's gradient through sampled kernels only, a kernel drawn m times counting m times. */
import type { Executor } from '#engine/executors/executor.ts'
import { named } from '#engine/program/named.ts'
import { objectiveInputs, sampledGradients } from '#engine/methods/nern/programs/objective-gradients.ts'
import { createRepresentation, kernelTargets } from '#engine/methods/nern/representation.ts'
import { asVector } from '#engine/network/tensor-rank.ts'
import { int32Tensor } from '#shared/tensors/host-tensor.ts'
import { norm, type Checks } from '../checks.ts'
import { fields, type GoldenCase } from '../golden-case.ts'
import { configuredNetwork } from '../golden-network.ts'
import { predictorNames, predictorParameters } from '../predictor-names.ts'
import { dataOf, evaluate, scalarOf } from '#test/support/run-program.ts'

const valueTolerance = 2e-6

export async function checkSampledKernels(golden: GoldenCase, checks: Checks, executor: Executor): Promise<void> {
  const { network, parameters } = configuredNetwork(golden)
  const blocks = golden.number('config', 'num_blocks')
  const representation = createRepresentation({
    representedLayers: network.representedLayers,
    embedding: {
      type: 'positional',
      base: golden.number('config', 'base'),
      levels: golden.number('config', 'N'),
      fusion: 'concat',
    },
    hiddenSize: golden.number('config', 'h'),
    blocks,
  })
  const targets = kernelTargets(representation, parameters)
  checks.equal('kernels', representation.table.kernels, golden.number('scalars', 'num_kernels'))
  const norms = [...golden.file().keys()].find((name) => name.startsWith('kernel_norms_first_'))
  if (norms !== undefined) {
    const expected = golden.values(norms)
    checks.nearToMax('kernel norms', targets.norms.slice(0, expected.length), expected, valueTolerance)
  }
  const sum = targets.norms.reduce((total, value) => total + value, 0)
  const max = targets.norms.reduce((largest, value) => Math.max(largest, value), 0)
  checks.near('sum of norms', sum, golden.number('scalars', 'norms_sum'), 1e-6 * sum)
  checks.near('largest norm', max, golden.number('scalars', 'norms_max'), 1e-6 * max)

  for (const name of golden.file().keys()) {
    const tag = /^(.+)\.indices_with_grads$/.exec(name)?.[1]
    if (tag === undefined) continue
    const kernels = golden.indices(name)
    const unique = golden.scalars[`${tag}.num_unique`]
    if (unique !== undefined) checks.equal(`${tag}: distinct kernels`, new Set(kernels).size, unique)
    const tensors = {
      ...representation.tables.constants,
      ...targets.constants,
      ...predictorParameters(golden.tensorsUnder('param.'), blocks),
      ...objectiveInputs({ reconstruction: 1, featureMaps: 0, distillation: 0 }),
      kernels: int32Tensor([kernels.length], kernels),
    }
    const results = await evaluate(executor, 'golden sampled kernels', tensors, (given) => {
      const indices = asVector(named(given, 'kernels'))
      const { losses, gradients } = sampledGradients(given, { representation, form: 'rmse' }, indices)
      return {
        ...losses,
        ...Object.fromEntries(Object.entries(gradients).map(([key, tensor]) => [`d ${key}`, tensor])),
      }
    })
    const loss = golden.number('scalars', `${tag}.L_rec`)
    checks.near(`${tag}: loss`, scalarOf(results, 'reconstructionLoss'), loss, valueTolerance * loss)
    const allowed = golden.number('tolerance', 'grad_rel_to_max')
    const gradientNorms = fields(golden.scalars[`${tag}.predictor_grad_norms`] ?? {})
    for (const [theirs, ours] of predictorNames(blocks)) {
      const gradient = dataOf(results, `d ${ours}`)
      checks.nearToMax(`${tag}: gradient of ${theirs}`, gradient, golden.values(`${tag}.grad.${theirs}`), allowed)
      const expected = Number(gradientNorms[theirs])
      checks.near(`${tag}: gradient norm of ${theirs}`, norm(gradient), expected, 1e-4 * expected)
    }
  }
}
