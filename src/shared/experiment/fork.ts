/** Forks: experiments that begin with a checkpoint of another, and what of its configuration they may change. */
import type { AppError } from '../basics/result.ts'
import { changedLeaves, leafTitle } from './config-leaves.ts'
import type { ConfigOf, ExperimentConfig, Family } from './experiment-config.ts'
import { familyOf } from './families.ts'
import type { ForkableParameter, ForkPoint } from './family-description.ts'

/** What a fork of an experiment of this configuration may have otherwise; its method says so. */
export function forkableParameters<F extends Family>(config: ConfigOf<F>, at: ForkPoint): readonly ForkableParameter[] {
  return familyOf<F>(config).forkable(config, at)
}

/** Why an experiment of configuration `fork` cannot begin with the checkpoint that one of `source` left at `at`. */
export function forkProblem(source: ExperimentConfig, fork: ExperimentConfig, at: ForkPoint): AppError | undefined {
  if (source.kind !== fork.kind) {
    const message = `A checkpoint of a ${familyOf(source).noun} cannot begin a ${familyOf(fork).noun}.`
    return { code: 'invalid-config', message, where: 'kind', remedy: 'Keep the method, or make a new experiment.' }
  }
  const allowed = new Map(forkableParameters(source, at).map(({ path, least }) => [path, least ?? -Infinity]))
  const changes = new Map([...changedLeaves(source, fork), ...changedLeaves(fork, source)])
  const fixed = [...changes.keys()].filter((path) => !allowed.has(path))
  if (fixed.length > 0) {
    return {
      code: 'invalid-config',
      message: `A fork at step ${at.step} cannot change ${fixed.map(leafTitle).join(', ')}: the checkpoint was made with it.`,
      where: fixed.join(', '),
      remedy: 'Leave it as it was, or make a new experiment with it.',
    }
  }
  const tooSmall = [...changes].find(([path, value]) => typeof value === 'number' && value < (allowed.get(path) ?? 0))
  if (tooSmall === undefined) return undefined
  const [path] = tooSmall
  return {
    code: 'invalid-config',
    message: `${leafTitle(path)} must be at least ${String(allowed.get(path))}: so much is done at step ${at.step}.`,
    where: path,
    remedy: 'Give it more, or fork an earlier checkpoint.',
  }
}
