import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { StoreRepairOutputs } from '#shared/protocol/commands/store-repair.ts'
import type { StoreCareOutputs, StoreOrphan } from '#shared/protocol/commands/store-care.ts'

const orphans: readonly StoreOrphan[] = [
  { path: 'runs/run-7d2k', reason: 'of an experiment that was deleted', sizeBytes: 4_812_344 },
  { path: 'runs/run-9x1b/.package.4711.part', reason: 'half written when a process ended', sizeBytes: 1_048_576 },
]

/** What a harness answers about a store that is not there. */
export const inventedStore: Pick<CommandHandlers, keyof StoreCareOutputs | keyof StoreRepairOutputs> = {
  'store.usage': async () => ({
    folder: '/home/researcher/.local/share/nern-studio',
    kinds: [
      { kind: 'database', files: 3, sizeBytes: 48_312_320 },
      { kind: 'networks', files: 12, sizeBytes: 214_748_364 },
      { kind: 'datasets', files: 8, sizeBytes: 368_880_000 },
      { kind: 'packages', files: 240, sizeBytes: 1_288_490_188 },
      { kind: 'backups', files: 6, sizeBytes: 231_211_008 },
    ],
    sizeBytes: 2_151_641_880,
    backups: [
      {
        name: 'studio-00000012-2030-01-02T03-04-05-000Z.sqlite',
        createdAt: '2030-01-02T03:04:05.000Z',
        sizeBytes: 48_000_000,
      },
    ],
    experiments: [],
  }),
  'store.check': async () => ({ findings: [], files: 268, sizeBytes: 1_872_118_552 }),
  'store.orphans': async () => orphans,
  'store.sweep': async () => ({ removed: orphans }),
  'store.checkpoints': async ({ kept }) => ({
    all: { files: 41, sizeBytes: 356_515_840 },
    old: kept === 'for-ever' ? { files: 0, sizeBytes: 0 } : { files: 33, sizeBytes: 287_309_824 },
  }),
  'store.back-up': async () => ({
    name: 'studio-00000013-2030-01-02T04-04-05-000Z.sqlite',
    createdAt: '2030-01-02T04:04:05.000Z',
    sizeBytes: 48_000_000,
  }),
  'store.vacuum': async () => ({ freedBytes: 5_242_880 }),
  'store.export': async () => ({ files: 263, sizeBytes: 1_920_430_872 }),
  'store.import': async () => ({ networks: 1, datasets: 0, experiments: 3, runs: 3, findings: [] }),
  'store.damage': async () => ({
    folder: '/home/researcher/.local/share/nern-studio',
    damage: 'database disk image is malformed',
    offers: [{ way: 'restore', isPossible: false, reason: 'There is no good backup.' }],
  }),
  'store.repair': async () => {
    throw new Error('The harness has no store to repair.')
  },
  'store.reopen-to-repair': async () => undefined,
}
