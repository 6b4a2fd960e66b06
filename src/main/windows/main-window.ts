import { BrowserWindow, nativeTheme, screen } from 'electron'
import { appEntryUrl, isAppUrl } from './app-protocol.ts'
import { webPreferences } from './web-preferences.ts'
import { type WindowState, minimumSize, placeWindow } from './window-state.ts'

export interface MainWindowOptions {
  readonly preloadPath: string
  /** Behind the address of the page; by default nothing. */
  readonly hash?: string
  /** Size and position when it was last closed. */
  readonly state: WindowState | undefined
  /** Called when it closes. */
  readonly saveState: (state: WindowState) => void
  readonly onError: (text: string) => void
}

/** The canvas colours of src/renderer/styles/tokens.css: what is seen before the page has painted. */
const canvas = { light: '#f7f8fa', dark: '#0e1014' } as const

/** Opens the studio's window. It shows itself with its first picture and remembers its place when it closes. */
export function openMainWindow({
  preloadPath,
  hash = '',
  state,
  saveState,
  onError,
}: MainWindowOptions): BrowserWindow {
  const workAreas = screen.getAllDisplays().map((display) => display.workArea)
  const { isMaximized, ...bounds } = placeWindow(state, workAreas)
  const window = new BrowserWindow({
    ...bounds,
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title: 'NeRN Studio',
    backgroundColor: nativeTheme.shouldUseDarkColors ? canvas.dark : canvas.light,
    show: false,
    webPreferences: webPreferences(preloadPath),
  })
  const recolour = () => window.setBackgroundColor(nativeTheme.shouldUseDarkColors ? canvas.dark : canvas.light)
  nativeTheme.on('updated', recolour)

  window.once('ready-to-show', () => {
    if (isMaximized) window.maximize()
    window.show()
  })
  window.on('close', () => {
    saveState({ bounds: window.getNormalBounds(), isMaximized: window.isMaximized() })
  })
  window.once('closed', () => nativeTheme.off('updated', recolour))
  reloadAfterCrash(window, onError)
  returnFromElsewhere(window, appEntryUrl + hash)
  // A failed load shows nothing; its reason must reach the log.
  window.loadURL(appEntryUrl + hash).catch((cause: unknown) => onError(`The page did not load: ${String(cause)}`))
  return window
}

/** A page that crashed is loaded again, with everything still in the store; one that keeps crashing is left alone. */
function reloadAfterCrash(window: BrowserWindow, onError: (text: string) => void): void {
  const crashesAllowed = 3
  let crashes = 0
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    crashes++
    onError(`The page has gone: ${reason} (${exitCode}).`)
    if (crashes <= crashesAllowed) window.webContents.reload()
  })
}

/** No event announces a page's way to `about:blank`, so it cannot be refused: the window goes back to the studio. */
function returnFromElsewhere(window: BrowserWindow, entryUrl: string): void {
  window.webContents.on('did-navigate', (_event, url) => {
    if (!isAppUrl(url)) void window.loadURL(entryUrl)
  })
}

/** Resolves when the window has closed; a page that does not answer is not waited for longer than `patienceMs`. */
export async function closeWindow(window: BrowserWindow, patienceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => window.destroy(), patienceMs)
    window.once('closed', () => {
      clearTimeout(timer)
      resolve()
    })
    window.close()
  })
}

/** Brings a window to the user's eyes, wherever it is. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
