import type { StoreKind } from '#shared/protocol/commands/store-care.ts'
import type { Settings } from '#shared/protocol/settings.ts'

/** What the card of the store says to people. */
export const storeTexts = {
  store: 'Store',
  folder: 'Folder',
  total: 'Size',
  newestBackup: 'Newest backup',
  noBackup: 'None yet',
  backUp: 'Back up now',
  backupMade: 'A backup was made',
  backupNotNeeded: 'The backups have all there is',
  backupFailure: 'No backup could be made',
  check: 'Check now',
  checkResult: 'Result of the check',
  checkFailure: 'The store could not be checked',
  whole: (files: string, size: string) => `Everything is as it was written: the database and ${files}, ${size}.`,
  repair: 'Restart and repair ...',
  repairFailure: 'The studio could not be started anew',
  sweep: 'Sweep ...',
  sweepTitle: 'Remove what belongs to nothing?',
  sweepAction: (orphans: string) => `Remove ${orphans}`,
  sweepFailure: 'The store could not be swept',
  noOrphans: 'Every file belongs to something',
  swept: (orphans: string) => `${orphans} removed`,
  more: (count: number) => `and ${count} more`,
  storeText: 'Networks, data sets, experiments and their checkpoints. To use another one, start the studio with',
  storeOption: '--store=FOLDER',
  largest: 'Experiments that take most',
  checkpoints: 'Keep checkpoints',
  checkpointsSentence: 'Of completed and cancelled runs, to fork them. What a fork began with stays.',
  checkpointsNow: (amount: string) => `Now there are ${amount}.`,
  checkpointsFailure: 'The checkpoints could not be counted',
  checkpointsTitle: 'Remove old checkpoints now?',
  checkpointsText: (amount: string) =>
    `${amount}, are older than that and go now. Packages, curves and results stay; runs that are not finished keep theirs.`,
  checkpointsAction: (checkpoints: string) => `Remove ${checkpoints}`,
} as const

/** By how long they are kept. */
export const keptTitles: Readonly<Record<Settings['checkpointsKept'], string>> = {
  'for-ever': 'For ever',
  '90-days': '90 days',
  '30-days': '30 days',
  '7-days': '7 days',
  'until-finished': 'Not at all',
}

export const kindTitles: Readonly<Record<StoreKind, string>> = {
  database: 'Database',
  networks: 'Networks',
  permutations: 'Permutations',
  datasets: 'Data sets',
  packages: 'Packages of runs',
  checkpoints: 'Checkpoints',
  snapshots: 'Snapshots of kernels',
  backups: 'Backups',
  damaged: 'Damaged databases',
  downloads: 'Downloads',
  other: 'Other files',
}
