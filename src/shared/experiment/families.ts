/** The families by name: the one place that lists them all. */
import { directFamily } from '../methods/direct/family.ts'
import { nernFamily } from '../methods/nern/family.ts'
import { spectralFamily } from '../methods/spectral/family.ts'
import { trainingFamily } from '../training/family.ts'
import type { Family } from './experiment-config.ts'
import type { FamilyDescription } from './family-description.ts'

const familyDescriptions: { readonly [F in Family]: FamilyDescription<F> } = {
  compress: nernFamily,
  train: trainingFamily,
  baseline: directFamily,
  spectral: spectralFamily,
}

/** The description of the family that a configuration, a plan or a result is of. */
export function familyOf<F extends Family>({ kind }: { readonly kind: F }): FamilyDescription<F> {
  return familyDescriptions[kind]
}
