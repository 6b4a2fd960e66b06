import { findPreset } from '../../families/table.ts'
import type { TypedValues } from '../../families/window-family.ts'
import { typedValues } from './config-editing.ts'

/** What a form holds that begins with a preset; nothing for one that there is not. */
export function presetValues(id: string): TypedValues {
  const preset = findPreset(id)
  return preset === undefined ? {} : typedValues(preset.config)
}
