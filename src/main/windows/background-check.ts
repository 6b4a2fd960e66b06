import type { BrowserWindow, Dialog } from 'electron'
import { systemClock } from '../basics/clock.ts'
import type { Log } from '../log/log.ts'
import type { Studio } from '../studio.ts'

/** After a start, when nobody waits for anything any more. */
const CHECK_AFTER_MS = 30_000

interface BackgroundCheck {
  readonly studio: Pick<Studio, 'invoke'>
  readonly dialog: Pick<Dialog, 'showMessageBox'>
  readonly log: Log
  readonly window: () => BrowserWindow | undefined
  /** Starts the studio anew, to repair its store. */
  readonly repair: () => void
}

/**
 * Reads all of the database once the window has long been there, in pieces between which everything else goes on, and tells
 * what is damaged. Returns what ends it.
 */
export function checkLater(check: BackgroundCheck): () => void {
  return systemClock.after(CHECK_AFTER_MS, () => void lookThrough(check))
}

async function lookThrough({ studio, dialog, log, window, repair }: BackgroundCheck): Promise<void> {
  const checked = await studio.invoke('store.check', { taskId: 'check after start', files: false })
  if (!checked.ok || checked.value.findings.length === 0) return
  const lines = checked.value.findings.map(({ where, problem }) => `${where}: ${problem}`)
  for (const line of lines) log('store', 'error', line)
  const shown = window()
  if (shown === undefined) return
  const { response } = await dialog.showMessageBox(shown, {
    type: 'warning',
    message: 'Damage was found in the store.',
    detail: `${lines.slice(0, 5).join('\n')}\n\nThe studio can start anew and show what can be kept. Nothing is changed before you choose.`,
    buttons: ['Restart and repair ...', 'Later'],
    defaultId: 0,
    cancelId: 1,
  })
  if (response === 0) repair()
}
