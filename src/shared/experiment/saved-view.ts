/** A way to look at the table of experiments that a person gave a name. */
import { z } from 'zod'
import { experimentOrderSchema } from './experiment-query.ts'

const fieldId = z.string().min(1).max(200)

export const viewDefinitionSchema = z.strictObject({
  /** As `parseFilter` reads it: a text outlives changes of the language, and can be mended. */
  filter: z.string().max(10_000),
  /** From left to right. */
  columns: z
    .array(
      z.strictObject({
        field: fieldId,
        /** In CSS pixels; absent as the table chooses. */
        width: z.number().min(1).max(10_000).optional(),
        /** Stays in sight when the table scrolls sideways. */
        isPinned: z.boolean().optional(),
      }),
    )
    .max(500),
  order: z.array(experimentOrderSchema).max(16),
  /** Fields whose equal values stand together, the outermost first. */
  groups: z.array(fieldId).max(16),
  /** Which experiments it is about. */
  shows: z.enum(['current', 'archived', 'trash']),
})
export type ViewDefinition = Readonly<z.infer<typeof viewDefinitionSchema>>

export interface SavedView {
  readonly id: string
  readonly name: string
  readonly view: ViewDefinition
  readonly createdAt: string
  readonly updatedAt: string
}
