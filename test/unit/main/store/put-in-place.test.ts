import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { listBackups } from '#main/store/backups.ts'
import { putInPlace } from '#main/store/put-in-place.ts'
import type { StoreLayout } from '#main/store/layout.ts'
import { networkRecord } from '#test/support/records.ts'
import { openStore, restoreStore } from '#test/support/store.ts'

const now = '2030-01-02T03:04:05.000Z'

/** A store whose backup has one network, and whose damaged database has a log of its own. */
async function damagedStore(): Promise<{ readonly layout: StoreLayout; readonly backup: string }> {
  const store = await openStore()
  store.networks.insert(networkRecord(), [])
  await store.backup()
  await store.close()
  const { layout } = store
  writeFileSync(layout.database, 'damaged')
  writeFileSync(`${layout.database}-wal`, 'log of the damaged one')
  writeFileSync(`${layout.database}-shm`, 'index of that log')
  return { layout, backup: join(layout.backups, listBackups(layout)[0]?.name ?? '') }
}

/** Ends at the step of this number, as a kill would. */
function killedAt(step: number): { readonly steps: string[]; readonly onStep: (name: string) => void } {
  const steps: string[] = []
  return {
    steps,
    onStep(name) {
      steps.push(name)
      if (steps.length === step + 1) throw new Error('killed')
    },
  }
}

it('ends the same when it is killed at any step', async () => {
  for (let step = 0; ; step++) {
    const { layout, backup } = await damagedStore()
    const { steps, onStep } = killedAt(step)
    let isKilled = false
    try {
      putInPlace(layout, backup, now, onStep)
    } catch {
      isKilled = true
    }
    // Before the commit point the store is as damaged as it was.
    const isCommitted = step > 1
    if (!isCommitted) restoreStore(layout.folder)
    const store = await openStore(layout.folder)
    expect(store.networks.list(), `killed at ${steps.at(-1)}`).toEqual([networkRecord()])
    expect(store.check()).toBeUndefined()
    const [aside = '', ...others] = readdirSync(layout.damaged)
    expect(others).toEqual([])
    const kept = ['studio.sqlite', 'studio.sqlite-wal'].map((name) =>
      readFileSync(join(layout.damaged, aside, name), 'utf8'),
    )
    expect(kept).toEqual(['damaged', 'log of the damaged one'])
    expect(readdirSync(layout.folder).filter((name) => name.includes('next'))).toEqual([])
    if (isKilled) continue
    expect(steps).toEqual([
      'copy',
      'commit',
      'finish',
      'set aside studio.sqlite-wal',
      'set aside studio.sqlite-shm',
      'set aside studio.sqlite',
      'rename',
    ])
    return
  }
})

it('ends the same when the opening that goes on is killed, too', async () => {
  const { layout, backup } = await damagedStore()
  for (const step of [3, 1, 2]) {
    expect(() => putInPlace(layout, backup, now, killedAt(step).onStep)).toThrow('killed')
  }
  const store = await openStore(layout.folder)
  expect(store.networks.list()).toEqual([networkRecord()])
  expect(readdirSync(layout.folder).filter((name) => name.includes('next'))).toEqual([])
})

it('never takes a copy that a kill has cut off for the database', async () => {
  const store = await openStore()
  store.networks.insert(networkRecord(), [])
  await store.close()
  const cut = join(store.layout.folder, 'studio.sqlite.next-2030-01-02.part')
  writeFileSync(cut, 'the beginning of a copy')
  const again = await openStore(store.layout.folder)
  expect(again.networks.list()).toEqual([networkRecord()])
  expect([again.notices, existsSync(cut)]).toEqual([[], false])
})
