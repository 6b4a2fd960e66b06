/** What to offer when a run has failed, by the kind of its failure. */
import { withLeaf } from '#shared/experiment/config-leaves.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { forkableParameters } from '#shared/experiment/fork.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'
import type { AppError } from '#shared/basics/result.ts'
import type { CheckpointRecord, RunRecord } from '#shared/protocol/records.ts'
import { forkTexts } from './fork-texts.ts'

/** `retry` goes on with the same run, or begins it anew; `again` and `fork` are new experiments. */
export type FailureHelp =
  | { readonly kind: 'retry'; readonly step?: number }
  | { readonly kind: 'again'; /** What it has otherwise. */ readonly title: string; readonly config: ExperimentConfig }
  | { readonly kind: 'fork'; readonly step: number; readonly config: ExperimentConfig }

/** Paths of learning rates end so. */
const rateEnd = /(^|\.)(learningRate|codeRate)$/

/** @param checkpoints newest first */
export function failureHelp(
  error: AppError,
  config: ExperimentConfig,
  { totalSteps, phase }: Pick<RunRecord, 'totalSteps' | 'phase'>,
  checkpoints: readonly CheckpointRecord[],
): readonly FailureHelp[] {
  const newest = checkpoints[0]
  const retry: FailureHelp = { kind: 'retry', ...(newest === undefined ? {} : { step: newest.step }) }
  if (error.code === 'out-of-memory') {
    // Again as it was it helps only where other programs have given memory back.
    const lighter = familyOf(config).lighter(config, phase)
    return [...lighter.map((way): FailureHelp => ({ kind: 'again', ...way })), retry]
  }
  if (error.code !== 'diverged') return [retry]
  // A loss that is no number comes from steps that were too long.
  const rates = parametersOf(config.kind).flatMap(({ path }) => (rateEnd.test(path) ? [path] : []))
  const again: FailureHelp = { kind: 'again', title: forkTexts.halfRate, config: withHalfRates(config, rates) }
  if (newest === undefined) return [again]
  const { step } = newest
  const changeable = forkableParameters(config, { step, totalSteps }).map(({ path }) => path)
  const forked = withHalfRates(
    config,
    rates.filter((path) => changeable.includes(path)),
  )
  return [{ kind: 'fork', step, config: forked }, again]
}

/** The configuration with half the value of each of these numbers. */
function withHalfRates(config: ExperimentConfig, paths: readonly string[]): ExperimentConfig {
  const changed = paths.reduce<unknown>((tree, path) => {
    const value = path.split('.').reduce<unknown>((node, key) => Reflect.get(Object(node), key), config)
    return typeof value === 'number' ? withLeaf(tree, path, value / 2) : tree
  }, config)
  // Numbers in the place of numbers; main parses it again.
  return changed as ExperimentConfig
}
