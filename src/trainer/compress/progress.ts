/** What a compress run's checkpoint holds beside the tensors. */
import { z } from 'zod'
import { randomStateSchema } from '../checkpoint.ts'

export const compressProgressSchema = z.object({
  kind: z.literal('compress'),
  /** Steps done over both phases. */
  step: z.int(),
  elapsedMs: z.number(),
  sampling: randomStateSchema,
  /** Of the distillation's images; absent before it starts. */
  source: z
    .object({ orderAtEpochStart: randomStateSchema, augmentation: randomStateSchema, position: z.int() })
    .optional(),
  /** Best step by correct validation images; -1 before the first evaluation. */
  best: z.object({ correct: z.int(), step: z.int() }),
  seconds: z.object({ reconstruction: z.number(), distillation: z.number() }),
})

/** Tensors of the best predictor so far lie in the checkpoint under this prefix. */
export const bestPrefix = 'best/'

/** Entries whose name starts with `prefix`, without it. */
export function underPrefix<T>(tensors: Readonly<Record<string, T>>, prefix: string): Readonly<Record<string, T>> {
  const entries = Object.entries(tensors).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]))
}

/** The same entries with `prefix` before every name. */
export function withPrefix<T>(tensors: Readonly<Record<string, T>>, prefix: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}${name}`, tensor]))
}
