/** What can be asked of a window: what it remembers, what its menus offer. */
import { z } from 'zod'
import { empty } from '../fields.ts'
import { actionIdSchema } from '../window-actions.ts'
import { windowMemorySchema, type WindowMemory } from '../window-memory.ts'

/** Their input schemas; a part of `commandInputs`. */
export const windowInputs = {
  /** What the window remembers of itself: forms left half filled. */
  'window.memory': empty,
  'window.remember': windowMemorySchema,
  /** What can be done now, for the native menus. */
  'window.offer-actions': z.strictObject({ ids: z.array(actionIdSchema).max(200) }),
} as const satisfies Record<string, z.ZodType>

/** A part of `CommandOutputs`. */
export interface WindowOutputs {
  'window.memory': WindowMemory
  'window.remember': undefined
  'window.offer-actions': undefined
}
