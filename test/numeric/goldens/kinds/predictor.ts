/** 03: the predictor forward and backward, through table look-ups and through given embeddings. */
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { embeddingTables, type EmbeddingTables } from '#engine/methods/nern/embedding-tables.ts'
import { named } from '#engine/program/named.ts'
import { predict } from '#engine/methods/nern/predictor.ts'
import { tf } from '#engine/program/tfjs.ts'
import { predictorParameterCount } from '#shared/methods/nern/accounting.ts'
import { sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { Checks } from '../checks.ts'
import type { GoldenCase } from '../golden-case.ts'
import { predictorNames, predictorParameters } from '../predictor-names.ts'
import { dataOf, evaluate } from '#test/support/run-program.ts'

export async function checkPredictor(golden: GoldenCase, checks: Checks, executor: Executor): Promise<void> {
  const blocks = golden.number('config', 'num_blocks')
  const levels = golden.number('config', 'N')
  const embedding = { type: 'positional', base: golden.number('config', 'base'), levels, fusion: 'concat' } as const
  checks.equal('activation', golden.config['act'], 'relu')
  const parameters = predictorParameters(golden.tensorsUnder('param.'), blocks)
  const count = Object.values(parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const outputs = golden.number('config', 'output_size') ** 2
  const formula = predictorParameterCount(6 * levels, golden.number('config', 'hidden'), blocks, outputs)
  checks.equal('parameters', [count, formula], [golden.scalars['num_params'], golden.scalars['num_params']])

  const tables = embeddingTables(golden.indices('coords'), embedding)
  await check('tables', tables, [])
  const rows: EmbeddingTables = {
    kind: 'rows',
    constants: { 'embedding.rows': golden.tensor('embedding') },
  }
  await check('rows', rows, [['grad_embedding', 'embedding.rows']])

  async function check(label: string, used: EmbeddingTables, others: readonly (readonly [string, string])[]) {
    const compared = [...predictorNames(blocks).map(([theirs, ours]) => [`grad.${theirs}`, ours] as const), ...others]
    const results = await backward(
      executor,
      used,
      parameters,
      golden,
      compared.map(([, ours]) => ours),
    )
    checks.allNear(
      `${label}: output`,
      dataOf(results, 'predicted'),
      golden.values('output'),
      golden.number('tolerance', 'output_abs'),
    )
    for (const [theirs, ours] of compared) {
      const actual = dataOf(results, `gradient.${ours}`)
      checks.nearToMax(
        `${label}: ${theirs}`,
        actual,
        golden.values(theirs),
        golden.number('tolerance', 'grad_rel_to_max'),
      )
    }
  }
}

/** Gradients of sum(predicted * upstream) by the named tensors, and the prediction. */
function backward(
  executor: Executor,
  tables: EmbeddingTables,
  parameters: HostTensors,
  golden: GoldenCase,
  differentiated: readonly string[],
): Promise<HostTensors> {
  const blocks = golden.number('config', 'num_blocks')
  const tensors = { ...tables.constants, ...parameters, upstream: golden.tensor('upstream_grad') }
  return evaluate(executor, 'golden predictor', tensors, (given) => {
    const { gradients, outputs } = lossGradients(given, differentiated, (leaves) => {
      const predicted = predict(leaves, tables, blocks)
      return { loss: tf.sum(tf.mul(predicted, named(given, 'upstream'))), outputs: { predicted } }
    })
    return {
      ...outputs,
      ...Object.fromEntries(Object.entries(gradients).map(([name, tensor]) => [`gradient.${name}`, tensor])),
    }
  })
}
