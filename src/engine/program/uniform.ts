import type { ConstantData } from './graph.ts'

/** The value that all elements share; undefined when they differ or there are none. NaN is never shared. */
export function uniformValue(data: ConstantData): number | undefined {
  const first = data[0]
  return first !== undefined && data.every((value) => value === first) ? first : undefined
}
