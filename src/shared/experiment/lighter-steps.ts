/** What to change of a configuration so that a step takes less memory, for a run that ran out of it. */
import { formatCount } from '../basics/format.ts'

/** One way, in which nothing else changes. */
export interface LighterSteps<Config> {
  /** What the new experiment has, for people: `an image batch of 64`. */
  readonly title: string
  readonly config: Config
}

/**
 * The configuration with half of a number; none where half of it would be nothing.
 * @param title of the half, for people
 */
export function withHalf<Config>(
  value: number,
  title: (half: string) => string,
  put: (half: number) => Config,
): readonly LighterSteps<Config>[] {
  const half = Math.floor(value / 2)
  return half < 1 ? [] : [{ title: title(formatCount(half)), config: put(half) }]
}

/** Half the images of a step of distillation. */
export function withFewerImages<
  Distillation extends { readonly dataBatch: number },
  Config extends { readonly distillation: Distillation },
>(config: Config): readonly LighterSteps<Config>[] {
  return withHalf(
    config.distillation.dataBatch,
    (half) => `an image batch of ${half}`,
    (dataBatch) => ({ ...config, distillation: { ...config.distillation, dataBatch } }),
  )
}
