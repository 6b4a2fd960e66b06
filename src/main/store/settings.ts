import { z } from 'zod'
import { emptyWindowMemory, windowMemorySchema } from '#shared/protocol/window-memory.ts'
import { defaultSettings, settingsSchema, type Settings } from '#shared/protocol/settings.ts'
import { readColumn } from './json-column.ts'
import type { Database } from './sqlite.ts'

const schemas = {
  ...settingsSchema.shape,
  /** Whether waiting experiments are started. */
  'queue.is-active': z.boolean(),
  'window.memory': windowMemorySchema,
} as const
type Key = keyof typeof schemas
type Value<K extends Key> = z.infer<(typeof schemas)[K]>

const defaults: { readonly [K in Key]: Value<K> } = {
  ...defaultSettings,
  'queue.is-active': true,
  'window.memory': emptyWindowMemory,
}

export class SettingsTable {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  get<K extends Key>(key: K): Value<K> {
    const row = this.#db.prepare<[string], { value: string }>('SELECT value FROM settings WHERE key = ?').get(key)
    if (row === undefined) return defaults[key]
    // The schema of a key parses to the value of that key; the compiler does not follow the index.
    return readColumn<unknown>(schemas[key], row.value, `The setting ${key}`) as Value<K>
  }

  set<K extends Key>(key: K, value: Value<K>): void {
    this.#write(key, value)
  }

  /** What windows see. */
  all(): Settings {
    return settingsSchema.parse(Object.fromEntries(settingsSchema.keyof().options.map((key) => [key, this.get(key)])))
  }

  /** Those that are given; all of them or, where one cannot be written, none. */
  change(changes: { readonly [K in keyof Settings]?: Settings[K] | undefined }): void {
    this.#db.transaction(() => {
      for (const [key, value] of Object.entries(changes)) if (value !== undefined) this.#write(key, value)
    })()
  }

  #write(key: string, value: unknown): void {
    this.#db.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)').run(key, JSON.stringify(value))
  }
}
