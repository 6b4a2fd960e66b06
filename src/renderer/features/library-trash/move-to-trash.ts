import type { WindowStudio } from '../../state/studio.svelte.ts'
import { libraryTrashTexts } from './texts.ts'

/** A part of the library, as its commands are called. */
export type LibraryPart = 'networks' | 'datasets'

/** What of a record the trash needs. */
interface Named {
  readonly id: string
  readonly name: string
}

/** Moves to the trash and offers to undo it; a refusal, of what experiments use, is told. Answers whether it did. */
export async function moveToTrash(studio: WindowStudio, part: LibraryPart, { id, name }: Named): Promise<boolean> {
  const moved = await studio.act(libraryTrashTexts.trashFailure(name), `${part}.trash`, { id })
  if (moved === undefined) return false
  studio.undo.offer(libraryTrashTexts.movedToTrash(name), () => restore(studio, part, { id, name }))
  return true
}

export async function restore(studio: WindowStudio, part: LibraryPart, { id, name }: Named): Promise<void> {
  await studio.act(libraryTrashTexts.restoreFailure(name), `${part}.restore`, { id })
}

export async function deleteForever(studio: WindowStudio, part: LibraryPart, { id, name }: Named): Promise<void> {
  await studio.act(libraryTrashTexts.deleteFailure(name), `${part}.remove`, { id })
}
