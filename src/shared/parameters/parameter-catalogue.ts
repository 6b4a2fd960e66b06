/**
 * Every leaf of a configuration, described for people: the editor draws its fields from this table, the comparison
 * names its rows by it. A test checks that it covers the schemas exactly and repeats their ranges and options.
 */
import { families, type Family } from '../experiment/experiment-config.ts'
import { familyOf } from '../experiment/families.ts'
import type { ParameterDescription } from './parameter-controls.ts'

export type { ParameterDescription }

/** Rows in the order an editor shows them; rows of a group stand together. */
export function parametersOf(family: Family): readonly ParameterDescription[] {
  return familyOf({ kind: family }).parameters
}

/** The row of a leaf of any kind; undefined for the constants `version` and `kind`. */
export function describeParameter(path: string): ParameterDescription | undefined {
  return families.flatMap(parametersOf).find((row) => row.path === path)
}
