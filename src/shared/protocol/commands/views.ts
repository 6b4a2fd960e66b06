/** What can be asked of saved views of the table. */
import { z } from 'zod'
import { viewDefinitionSchema, type SavedView } from '../../experiment/saved-view.ts'
import { empty, id, name } from '../fields.ts'

/** Their input schemas; a part of `commandInputs`. */
export const viewInputs = {
  'views.list': empty,
  /** A new view, or the one of the id changed; a removed one comes back under its id. */
  'views.save': z.strictObject({ id: id.optional(), name, view: viewDefinitionSchema }),
  'views.remove': z.strictObject({ id }),
} as const satisfies Record<string, z.ZodType>

/** A part of `CommandOutputs`. */
export interface ViewOutputs {
  /** By name. */
  'views.list': readonly SavedView[]
  'views.save': SavedView
  'views.remove': undefined
}
