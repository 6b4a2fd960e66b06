import type { RepairWay, StoreCounts } from '#shared/protocol/commands/store-repair.ts'

/** What this feature says to people. */
export const damagedStoreTexts = {
  title: 'The store is damaged',
  wholeTitle: 'Repair the store',
  found: (damage: string) => `SQLite says: ${damage}.`,
  notFound: 'No damage was found in the database. It can be replaced all the same.',
  untouched:
    'Nothing has been changed. The three ways below were tried beside the store; choose one. The database that is there now is set aside, and nothing is deleted.',
  looking: 'Reading what can be kept. This takes longer for a large store.',
  lookFailure: 'What can be kept could not be read',
  repairFailure: 'The store could not be repaired',
  ways: 'What each way keeps',
  most: 'Keeps most',
  impossible: 'Not possible',
  details: 'Where it comes from',
  folder: 'Folder',
  doneTitle: 'The store is repaired',
  doneText: 'Everything below is in it. The database that was there before lies in the folder named last.',
  setAside: 'Set aside in',
  open: 'Open the studio',
  quit: 'Quit without changing anything',
  none: 'None of the ways keeps anything. Copy a backup of the folder back, or start with another store; Rebuild makes an empty one.',
} as const

/** As buttons and headings of columns. */
export const wayTitles: Readonly<Record<RepairWay, string>> = {
  salvage: 'Salvage',
  restore: 'Restore',
  rebuild: 'Rebuild',
}

export const waySentences: Readonly<Record<RepairWay, string>> = {
  salvage: 'Rows of the damaged database that can be read, and what backups and files know beyond them',
  restore: 'The newest good backup, and what was completed after it',
  rebuild: 'Only what is written beside the files: completed experiments, networks and data sets',
}

/** Rows of the table, in their order. */
export const countTitles: Readonly<Record<keyof StoreCounts, string>> = {
  completed: 'Completed experiments',
  experiments: 'Experiments in all',
  networks: 'Networks',
  datasets: 'Data sets',
  runs: 'Runs',
  points: 'Points of metrics',
  evaluations: 'Evaluations',
}
