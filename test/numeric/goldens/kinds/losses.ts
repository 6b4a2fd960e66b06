/** 04a: the losses alone, value and gradient. Forms that the authors do not use and the studio lacks are not compared. */
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { kernelTable } from '#engine/methods/nern/coordinates.ts'
import { kernelRows, kernelRowWeights } from '#engine/methods/nern/kernels.ts'
import { distillationLoss, type DistillationForm } from '#engine/training/losses/distillation.ts'
import { featureMapLoss } from '#engine/training/losses/feature-maps.ts'
import { reconstructionLoss, type ReconstructionForm } from '#engine/training/losses/reconstruction.ts'
import { named } from '#engine/program/named.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import type { tf } from '#engine/program/tfjs.ts'
import type { RepresentedLayer } from '#networks/network.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { Checks } from '../checks.ts'
import type { GoldenCase } from '../golden-case.ts'
import { dataOf, evaluate, scalarOf } from '#test/support/run-program.ts'

const reconstructionForms = { L2Loss: 'rmse', MSELoss: 'layer-mse' } as const
const distillationForms = {
  StableKLDivLoss: { form: 'stabilised', temperature: 1 },
  KLDivLoss: { form: 'standard', temperature: 1 },
  TempStableKLDivLoss: { form: 'stabilised', temperature: 2 },
} as const

export async function checkLosses(golden: GoldenCase, checks: Checks, executor: Executor): Promise<void> {
  for (const [theirs, form] of Object.entries(reconstructionForms)) {
    await checkReconstruction(golden, checks, executor, theirs, form)
  }
  await checkFeatureMaps(golden, checks, executor)
  for (const [theirs, { form, temperature }] of Object.entries(distillationForms)) {
    await checkDistillation(golden, checks, executor, theirs, form, temperature)
  }
}

async function checkReconstruction(
  golden: GoldenCase,
  checks: Checks,
  executor: Executor,
  theirs: string,
  form: ReconstructionForm,
): Promise<void> {
  const names = numbered(golden, 'w')
  const layers = names.map((name): RepresentedLayer => {
    const [filters = 0, channels = 0, height = 0, width = 0] = golden.shape(`${name}.original`)
    return { name, shape: [filters, channels, height, width] }
  })
  const table = kernelTable(layers)
  const rowsOf = (part: string) =>
    kernelRows(Object.fromEntries(names.map((name) => [name, golden.tensor(`${name}.${part}`)])), table)
  const targets = rowsOf('original')
  const rowWeights = kernelRowWeights(table, form)
  const run = (predicted: HostTensors[string]): Promise<LossAndGradients> =>
    lossAndGradients(executor, { predicted, targets, rowWeights }, ['predicted'], (given) => {
      const terms = {
        predicted: named(given, 'predicted'),
        targets: named(given, 'targets'),
        rowWeights: named(given, 'rowWeights'),
      }
      return reconstructionLoss(form, terms, table.weights)
    })
  const { loss, gradients } = await run(rowsOf('reconstructed'))
  checkValue(golden, checks, `reconstruction.${theirs}`, loss)
  checkGradient(golden, checks, theirs, dataOf(gradients, 'predicted'), rowsOf(`grad.${theirs}`).data)
  const exact = await run(targets)
  checks.equal(`${theirs} at equality`, exact.loss, 0)
  checks.allNear(
    `${theirs} gradient at equality`,
    dataOf(exact.gradients, 'predicted'),
    targets.data.map(() => 0),
    0,
  )
}

async function checkFeatureMaps(golden: GoldenCase, checks: Checks, executor: Executor): Promise<void> {
  const names = numbered(golden, 'f')
  const pairs = (reconstructed: 'original' | 'reconstructed'): HostTensors =>
    Object.fromEntries(
      names.flatMap((name) => [
        [`${name}.original`, golden.tensor(`${name}.original`)],
        [name, golden.tensor(`${name}.${reconstructed}`)],
      ]),
    )
  const run = (tensors: HostTensors): Promise<LossAndGradients> =>
    lossAndGradients(executor, tensors, names, (given) =>
      featureMapLoss(
        names.map((name) => named(given, `${name}.original`)),
        names.map((name) => named(given, name)),
      ),
    )
  const theirs = 'L2BatchedAttentionLoss'
  const { loss, gradients } = await run(pairs('reconstructed'))
  checkValue(golden, checks, `attention.${theirs}`, loss)
  for (const name of names) {
    checkGradient(golden, checks, `${name} ${theirs}`, dataOf(gradients, name), golden.values(`${name}.grad.${theirs}`))
  }
  const same = await run(pairs('original'))
  // Exactly 0 when both are computed alike; an executor may fuse one side differently and be a rounding off.
  checks.near('feature maps at equality', same.loss, golden.number('scalars', 'attention.L2Batched_same_maps'), 1e-12)
}

async function checkDistillation(
  golden: GoldenCase,
  checks: Checks,
  executor: Executor,
  theirs: string,
  form: DistillationForm,
  temperature: number,
): Promise<void> {
  const original = golden.tensor('logits.original')
  const run = (reconstructed: HostTensors[string]): Promise<LossAndGradients> =>
    lossAndGradients(executor, { original, reconstructed }, ['reconstructed'], (given) =>
      // Logits are [B, classes] in every case.
      distillationLoss(
        named(given, 'original') as tf.Tensor2D,
        named(given, 'reconstructed') as tf.Tensor2D,
        form,
        temperature,
      ),
    )
  const { loss, gradients } = await run(golden.tensor('logits.reconstructed'))
  checkValue(golden, checks, `distillation.${theirs}`, loss)
  checkGradient(golden, checks, theirs, dataOf(gradients, 'reconstructed'), golden.values(`logits.grad.${theirs}`))
  const same = golden.scalars[`distillation.${theirs}_same_logits`]
  if (typeof same === 'number') {
    // A difference of logarithms near 0: its rounding is that of the probabilities, not of the small result.
    checks.near(`${theirs} of equal logits`, (await run(original)).loss, same, 1e-6)
  }
}

interface LossAndGradients {
  readonly loss: number
  readonly gradients: HostTensors
}

async function lossAndGradients(
  executor: Executor,
  tensors: HostTensors,
  differentiated: readonly string[],
  build: (given: NamedTensors) => tf.Scalar,
): Promise<LossAndGradients> {
  const results = await evaluate(executor, 'golden loss', tensors, (given) => {
    const { loss, gradients } = lossGradients(given, differentiated, (leaves) => ({ loss: build(leaves), outputs: {} }))
    return { loss, ...Object.fromEntries(Object.entries(gradients).map(([name, tensor]) => [`d ${name}`, tensor])) }
  })
  const gradients = Object.entries(results).filter(([name]) => name.startsWith('d '))
  return {
    loss: scalarOf(results, 'loss'),
    gradients: Object.fromEntries(gradients.map(([name, tensor]) => [name.slice(2), tensor])),
  }
}

/** `w0`, `w1` ... of a case. */
function numbered(golden: GoldenCase, letter: string): readonly string[] {
  const pattern = new RegExp(`^(${letter}\\d+)\\.original$`)
  return [...golden.file().keys()].flatMap((name) => pattern.exec(name)?.[1] ?? [])
}

function checkValue(golden: GoldenCase, checks: Checks, key: string, actual: number): void {
  const expected = golden.number('scalars', key)
  checks.near(key, actual, expected, golden.number('tolerance', 'value_rel') * Math.abs(expected))
}

function checkGradient(
  golden: GoldenCase,
  checks: Checks,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  checks.nearToMax(`gradient of ${what}`, actual, expected, golden.number('tolerance', 'grad_rel_to_max'))
}
