import { onTestFinished } from 'vitest'
import type { Clock } from '#main/basics/clock.ts'
import { StoreRepair } from '#main/store/repair/store-repair.ts'
import { Store } from '#main/store/store.ts'
import type { RepairOutcome } from '#shared/protocol/commands/store-repair.ts'
import { FakeClock } from './fake-clock.ts'
import { datasetRecord, networkRecord } from './records.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A store, by default one of its own; closed when the test ends. */
export async function openStore(folder = temporaryFolder(), clock: Clock = new FakeClock()): Promise<Store> {
  const store = await Store.open({ folder, program: 'test', clock })
  onTestFinished(() => store.close())
  return store
}

/** One with a network `net-1` and a data set `data-1`, without their files. */
export async function openFilledStore(clock?: Clock): Promise<Store> {
  const store = await openStore(temporaryFolder(), clock)
  store.networks.insert(networkRecord(), [])
  store.datasets.insert(datasetRecord())
  return store
}

/** Goes back to the newest good backup of a store that nobody has open. */
export function restoreStore(folder: string): RepairOutcome {
  const repair = StoreRepair.open({ folder, program: 'test', clock: new FakeClock() })
  try {
    return repair.apply('restore')
  } finally {
    repair.close()
  }
}
