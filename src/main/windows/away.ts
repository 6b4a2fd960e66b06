/** What the app does for somebody who is away from it: notices, and a machine that stays awake. */
import { app, BrowserWindow, Notification, powerMonitor, powerSaveBlocker } from 'electron'
import type { Place } from '#shared/protocol/events.ts'
import type { Settings } from '#shared/protocol/settings.ts'
import type { Studio } from '../studio.ts'
import { KeepAwake } from './keep-awake.ts'
import { createNotifier } from './notifications.ts'

/**
 * Follows the queue until the returned function is called.
 * @param show opens the place that a notice is about
 */
export function lookAfterAbsent(
  studio: Pick<Studio, 'events' | 'queue' | 'queueNotices'>,
  initial: Settings,
  show: (place: Place) => void,
): () => void {
  let settings = initial
  const power = {
    hold: () => powerSaveBlocker.start('prevent-app-suspension'),
    letGo: (hold: number) => powerSaveBlocker.stop(hold),
    isOnBattery: () => powerMonitor.isOnBatteryPower(),
    onChange: (listener: () => void) => {
      powerMonitor.on('on-ac', listener)
      powerMonitor.on('on-battery', listener)
    },
  }
  const keepAwake = new KeepAwake(power, settings.keepAwake)
  /** Held while they can be clicked: one that nothing holds is collected, and its click with it. */
  const shown = new Set<Notification>()
  const notify = createNotifier({
    isSupported: () => Notification.isSupported(),
    isLookedAt: () => BrowserWindow.getFocusedWindow() !== null,
    isWanted: () => settings.notifications,
    open: show,
    show: ({ title, body, onClick }) => {
      const item = new Notification({ title, body })
      shown.add(item)
      item.on('click', onClick)
      item.on('close', () => shown.delete(item))
      item.show()
    },
  })
  /** News of clusters are fetched more often while somebody looks. */
  const watch = (): void => studio.queue.remote.watch(BrowserWindow.getFocusedWindow() !== null)
  app.on('browser-window-focus', watch)
  app.on('browser-window-blur', watch)
  watch()
  const stops = [
    studio.queueNotices.on(notify),
    studio.events.on('queue-changed', () => keepAwake.follow(studio.queue.isComputingHere)),
    studio.events.on('settings-changed', (changed) => {
      settings = changed
      keepAwake.choose(changed.keepAwake)
    }),
    () => keepAwake.dispose(),
    () => {
      app.off('browser-window-focus', watch)
      app.off('browser-window-blur', watch)
    },
  ]
  return () => stops.forEach((stop) => stop())
}
