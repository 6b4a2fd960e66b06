/**
 * Every leaf of a configuration, described for people: the editor draws its fields from this table, the comparison
 * names its rows by it. A test checks that it covers the schemas exactly and repeats their ranges and options.
 */
import { baselineParameters } from '../methods/direct/baseline-parameters.ts'
import { compressParameters } from '../methods/nern/compress-parameters.ts'
import type { Family } from '../experiment/experiment-config.ts'
import type { ParameterDescription } from './parameter-controls.ts'
import { trainParameters } from '../training/train-parameters.ts'

export type { ParameterDescription }

/** Rows in the order an editor shows them; rows of a group stand together. */
export const parameterCatalogue: Readonly<Record<Family, readonly ParameterDescription[]>> = {
  compress: compressParameters,
  train: trainParameters,
  baseline: baselineParameters,
}

/** The row of a leaf of any kind; undefined for the constants `version` and `kind`. */
export function describeParameter(path: string): ParameterDescription | undefined {
  return Object.values(parameterCatalogue)
    .flat()
    .find((row) => row.path === path)
}
