import { viewDefinitionSchema, type SavedView, type ViewDefinition } from '#shared/experiment/saved-view.ts'
import { newId } from '../basics/new-id.ts'
import { nameTaken, notFound } from './errors.ts'
import { problemOf, readColumn } from './json-column.ts'
import type { Database } from './sqlite.ts'

interface ViewRow {
  readonly id: string
  readonly name: string
  readonly view: string
  readonly created_at: string
  readonly updated_at: string
}

export interface ViewToSave {
  /** Absent for a new one; one that was removed comes back under its id. */
  readonly id?: string | undefined
  readonly name: string
  readonly view: ViewDefinition
}

export class ViewsTable {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  /** By name. Those that a newer studio saved are left out: they are its own business. */
  list(): readonly SavedView[] {
    return this.#db
      .prepare<[], ViewRow>('SELECT * FROM views ORDER BY name')
      .all()
      .flatMap((row) => {
        let view: SavedView | undefined
        problemOf(() => {
          view = viewOf(row)
        })
        return view ?? []
      })
  }

  /** Throws `already-exists` when another view has the name. */
  save({ id = newId('view'), name, view }: ViewToSave): SavedView {
    const named = this.#db.prepare<[string], { id: string }>('SELECT id FROM views WHERE name = ?').get(name)
    if (named !== undefined && named.id !== id) {
      throw nameTaken('view', name)
    }
    const now = this.#now()
    this.#db
      .prepare(
        `INSERT INTO views VALUES (@id, @name, @view, @now, @now)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, view = excluded.view, updated_at = excluded.updated_at`,
      )
      .run({ id, name, view: JSON.stringify(view), now })
    const row = this.#db.prepare<[string], ViewRow>('SELECT * FROM views WHERE id = ?').get(id)
    if (row === undefined) throw notFound('view', id)
    return viewOf(row)
  }

  /** Throws `not-found`. */
  remove(id: string): void {
    const { changes } = this.#db.prepare('DELETE FROM views WHERE id = ?').run(id)
    if (changes === 0) throw notFound('view', id)
  }
}

function viewOf(row: ViewRow): SavedView {
  return {
    id: row.id,
    name: row.name,
    view: readColumn(viewDefinitionSchema, row.view, `The view ${row.name}`),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
