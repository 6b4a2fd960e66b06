/** What this feature says to people. */
export const libraryTrashTexts = {
  trash: 'Trash',
  kept: 'kept with their files until they are deleted for good',
  name: 'Name',
  size: 'Size',
  actions: 'Actions',
  restore: 'Restore',
  restoreNamed: (name: string) => `Restore ${name}`,
  deleteForever: 'Delete for good',
  deleteNamed: (name: string) => `Delete for good: ${name}`,
  deleteHeading: (name = 'this') => `Delete ${name} for good?`,
  deleteText: "This deletes the studio's copy and cannot be undone. The files it came from stay where they are.",
  movedToTrash: (name: string) => `${name} moved to the trash`,
  trashFailure: (name: string) => `${name} was not moved to the trash`,
  restoreFailure: (name: string) => `${name} was not restored`,
  deleteFailure: (name: string) => `${name} was not deleted`,
} as const
