import { expect, it } from 'vitest'
import { KeepAwake } from '#main/windows/keep-awake.ts'
import { createNotifier, type NotifierParts } from '#main/windows/notifications.ts'
import type { Place } from '#shared/protocol/events.ts'

/** A machine that says which blockers hold it awake. */
function machine() {
  const awake = new Set<number>()
  let plugged = (): void => {}
  let isOnBattery = false
  let next = 0
  return {
    awake,
    unplug(now: boolean) {
      isOnBattery = now
      plugged()
    },
    power: {
      hold: () => {
        awake.add(next)
        return next++
      },
      letGo: (id: number) => void awake.delete(id),
      isOnBattery: () => isOnBattery,
      onChange: (listener: () => void) => void (plugged = listener),
    },
  }
}

it('keeps the machine awake while something runs on mains, and lets it sleep on battery', () => {
  const { awake, power, unplug } = machine()
  const keepAwake = new KeepAwake(power, 'on-mains')
  const seen = [awake.size]
  const see = (act: () => void) => {
    act()
    seen.push(awake.size)
  }
  see(() => keepAwake.follow(true))
  see(() => keepAwake.follow(true))
  see(() => unplug(true))
  see(() => unplug(false))
  see(() => keepAwake.choose('never'))
  see(() => keepAwake.choose('always'))
  see(() => unplug(true))
  see(() => keepAwake.dispose())
  expect(seen).toEqual([0, 1, 1, 0, 1, 0, 1, 1, 0])
})

const notice = { title: 'The queue is empty', text: '2 completed.', place: { name: 'queue' } } as const

/** Titles that were shown, and the places that were opened by clicking each. */
function notifier(parts: Partial<NotifierParts>) {
  const shown: string[] = []
  const opened: Place[] = []
  const tell = createNotifier({
    isSupported: () => true,
    isLookedAt: () => false,
    isWanted: () => true,
    open: (place) => opened.push(place),
    show: ({ title, body, onClick }) => {
      shown.push(`${title}: ${body}`)
      onClick()
    },
    ...parts,
  })
  tell(notice)
  return { shown, opened }
}

it('shows a notice to somebody who does not look, and opens its place on a click', () => {
  expect(notifier({})).toEqual({ shown: ['The queue is empty: 2 completed.'], opened: [{ name: 'queue' }] })
})

it.each([
  ['a window has the focus', { isLookedAt: () => true }],
  ['the settings want none', { isWanted: () => false }],
  ['the system shows none', { isSupported: () => false }],
])('shows nothing where %s', (_where, parts) => {
  expect(notifier(parts)).toEqual({ shown: [], opened: [] })
})
