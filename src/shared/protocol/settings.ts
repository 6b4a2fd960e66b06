/** What a person chooses once for the whole studio; the store keeps it, windows show and change it. */
import { z } from 'zod'
import { mostPlaces } from '../execution/places.ts'
import { defaultExecutor, executorChoiceSchema } from './trainer-protocol.ts'

export const settingsSchema = z.strictObject({
  /** Where new work runs. */
  executor: executorChoiceSchema,
  theme: z.enum(['system', 'light', 'dark', 'contrast-light', 'contrast-dark']),
  /** Experiments that run at once on the processor; 0 leaves it to the studio. */
  places: z.int().min(0).max(mostPlaces),
  /** Whether the system shows what the queue has to tell while no window has the focus. */
  notifications: z.boolean(),
  /** Whether the machine may fall asleep while an experiment runs. */
  keepAwake: z.enum(['never', 'on-mains', 'always']),
  /** How long checkpoints of completed and cancelled runs are kept for forks. */
  checkpointsKept: z.enum(['for-ever', '90-days', '30-days', '7-days', 'until-finished']),
})
export type Settings = Readonly<z.infer<typeof settingsSchema>>

export const defaultSettings: Settings = {
  executor: defaultExecutor,
  theme: 'system',
  places: 0,
  notifications: true,
  keepAwake: 'on-mains',
  checkpointsKept: 'for-ever',
}

/** Of the window; `system` follows the system. */
export type Theme = Settings['theme']

/** The brightness that a theme asks for; `system` leaves it to the system. */
export function brightnessOf(theme: Theme): 'system' | 'light' | 'dark' {
  if (theme === 'contrast-light') return 'light'
  return theme === 'contrast-dark' ? 'dark' : theme
}
