/** What a person chooses once for the whole studio; the store keeps it, windows show and change it. */
import { z } from 'zod'
import { mostPlaces } from '../execution/places.ts'
import { defaultExecutor, executorChoiceSchema } from './trainer-protocol.ts'

export const settingsSchema = z.strictObject({
  /** Where new work runs. */
  executor: executorChoiceSchema,
  theme: z.enum(['system', 'light', 'dark']),
  /** Experiments that run at once on the processor; 0 leaves it to the studio. */
  places: z.int().min(0).max(mostPlaces),
})
export type Settings = Readonly<z.infer<typeof settingsSchema>>

export const defaultSettings: Settings = {
  executor: defaultExecutor,
  theme: 'system',
  places: 0,
}

/** Of the window; `system` follows the system. */
export type Theme = Settings['theme']
