import type { TypedValues } from './config-editing.ts'

/** Methods of a baseline that read the parameters under a heading; headings that all of them read are left out. */
const methodsOf: Readonly<Record<string, readonly string[]>> = {
  Quantisation: ['quantisation'],
  'Weight sharing': ['weight-sharing'],
  'Low rank': ['low-rank'],
  Pruning: ['pruning'],
  'Distillation phase': ['quantisation', 'pruning'],
  Objective: ['quantisation', 'pruning'],
}

/** Whether the parameters under `group` have an effect on what is typed; those of other kinds than baselines always. */
export function isApplicable(group: string, { method }: TypedValues): boolean {
  return typeof method !== 'string' || (methodsOf[group]?.includes(method) ?? true)
}
