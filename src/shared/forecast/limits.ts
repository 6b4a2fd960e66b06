/** What a network may lose and weigh: the two ends of the one knob. */
import { z } from 'zod'
import { formatBytes } from '../basics/format.ts'

export const knobLimitsSchema = z
  .strictObject({
    /** Points of accuracy that may be lost, at most. */
    points: z.number().positive().max(100).exactOptional(),
    /** Of the whole file, at most. */
    bytes: z.int().min(1).exactOptional(),
  })
  .refine(
    ({ points, bytes }) => points !== undefined || bytes !== undefined,
    'Give a limit of points, of bytes, or both.',
  )
export type KnobLimits = Readonly<z.infer<typeof knobLimitsSchema>>

/** `at most 0.5 points and 100 KiB` */
export function formatLimits({ points, bytes }: KnobLimits): string {
  const parts = [
    ...(points === undefined ? [] : [`${points} ${points === 1 ? 'point' : 'points'}`]),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
  ]
  return `at most ${parts.join(' and ')}`
}
