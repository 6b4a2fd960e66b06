import { expect, it, vi } from 'vitest'
import { defaultDiskWaits, StorageHold } from '#main/queue/storage-hold.ts'
import { heldQueueText } from '#shared/plain-text/held-queue.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { openStore } from '#test/support/store.ts'

const full = { code: 'disk-full', message: 'There is no space left on the disk.' } as const

/** A hold on a store whose disk is as the test says. */
async function begin() {
  const store = await openStore()
  const clock = new FakeClock()
  const disk = { isFull: true, looks: 0, largest: 0 }
  const changes: (string | undefined)[] = []
  const hold: StorageHold = new StorageHold({
    store,
    clock,
    log: () => {},
    waits: defaultDiskWaits,
    async writeBytes(file, bytes) {
      disk.looks++
      disk.largest = Math.max(disk.largest, bytes.byteLength)
      if (disk.isFull) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      await file.writeFile(bytes)
    },
    onChange: () => changes.push(hold.error?.code),
  })
  const look = async (expected: number) => {
    await vi.waitUntil(() => disk.looks === expected)
    // The look is over when the next one is set, or none is needed any more.
    await vi.waitUntil(() => clock.pending > 0 || hold.error === undefined)
  }
  return { hold, clock, disk, changes, look, folder: store.layout.folder }
}

it('holds for what the disk does, and for nothing else', async () => {
  const { hold, folder } = await begin()
  expect(hold.take({ code: 'diverged', message: 'The loss became NaN.' })).toBe(false)
  expect([hold.error, await hold.ended()]).toEqual([undefined, true])
  expect(hold.take(full)).toBe(true)
  expect(hold.error).toEqual({ ...full, where: folder })
  expect(heldQueueText(full)).toBe(
    'There is no space left on the disk. The queue goes on by itself when there is room.',
  )
})

it('looks at the disk less and less often, for room twice as large as was needed, and ends by itself', async () => {
  const { hold, clock, disk, changes, look } = await begin()
  hold.take(full, 3_000_000)
  const ended = hold.ended()
  for (const [index, seconds] of [5, 10, 20, 40, 80, 160, 300, 300].entries()) {
    clock.advance(seconds * 1000 - 1)
    expect(disk.looks).toBe(index)
    clock.advance(1)
    await look(index + 1)
  }
  expect([changes, disk.largest]).toEqual([['disk-full'], 6_000_000])
  disk.isFull = false
  clock.advance(300_000)
  expect([await ended, hold.error, changes]).toEqual([true, undefined, ['disk-full', undefined]])
})

it('ends with the studio: what waited hears that nothing can be written', async () => {
  const { hold, clock, disk } = await begin()
  hold.take(full)
  const ended = hold.ended()
  hold.close()
  clock.advance(1_000_000)
  expect([await ended, await hold.ended(), disk.looks]).toEqual([false, false, 0])
})
