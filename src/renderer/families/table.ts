/** The families by name: the one place of the window that lists them all. */
import { families, type ConfigOf, type Family } from '#shared/experiment/experiment-config.ts'
import type { ExperimentPlan } from '#shared/experiment/plan.ts'
import type { Preset } from '#shared/experiment/preset.ts'
import { directWindow } from './direct.ts'
import { nernWindow } from './nern.ts'
import { spectralWindow } from './spectral.ts'
import { trainingWindow } from './training.ts'
import type { WindowFamily } from './window-family.ts'

const windowFamilies: { readonly [F in Family]: WindowFamily<F> } = {
  compress: nernWindow,
  spectral: spectralWindow,
  baseline: directWindow,
  train: trainingWindow,
}

/** What the window says of the family that a configuration, a plan or a result is of. */
export function windowFamilyOf<F extends Family>({ kind }: { readonly kind: F }): WindowFamily<F> {
  return windowFamilies[kind]
}

/** One value a family, in the order in which they are offered. */
export function perFamily<T>(of: (kind: Family) => T): Readonly<Record<Family, T>> {
  return {
    compress: of('compress'),
    spectral: of('spectral'),
    baseline: of('baseline'),
    train: of('train'),
  }
}

/** What an experiment will do, in a few words: `hidden size 160, 10,000 reconstruction and 300 distillation steps`. */
export function planText(plan: ExperimentPlan): string {
  return windowFamilyOf(plan).planText(plan)
}

/** The preset with this id, of any family. */
export function findPreset(id: string): Preset<ConfigOf<Family>> | undefined {
  return families.flatMap((kind) => windowFamilyOf({ kind }).form.presets).find((preset) => preset.id === id)
}
