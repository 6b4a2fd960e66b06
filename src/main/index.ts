/**
 * The desktop app. This file alone knows the order of construction: it opens the store, builds the studio on it, opens
 * the doors to the window, and on the way out closes them in reverse.
 */
import { join } from 'node:path'
import { type BrowserWindow, Menu, app, dialog, ipcMain, nativeTheme, protocol, session, shell } from 'electron'
import { type Place, eventNames } from '#shared/protocol/events.ts'
import { type StudioEvent, listeningChannel } from '#shared/protocol/ipc-channels.ts'
import { type Settings, brightnessOf } from '#shared/protocol/settings.ts'
import { AppException, type Result, fail, ok, toAppError, unwrap } from '#shared/basics/result.ts'
import { damagedStoreHash } from '#shared/protocol/commands/store-repair.ts'
import { appScheme, appSchemePrivileges, createAppProtocol } from './windows/app-protocol.ts'
import { type DemoOptions, runDemo } from './demo/demo.ts'
import { clusterOpener } from './context/cluster-opener.ts'
import { TokenTable } from './files/token-table.ts'
import { EventOutbox } from './ipc/event-outbox.ts'
import { type Intake, createFilePicker, createFileShower, createNewFilePicker, registerDrops } from './ipc/files.ts'
import { registerCommands } from './ipc/router.ts'
import { type LaunchOptions, parseLaunchOptions } from './launch-options.ts'
import { LogFile } from './log/log-file.ts'
import type { Log } from './log/log.ts'
import { noteCrashes } from './log/note-crashes.ts'
import { externalUrl, guardContents, guardSession, isTrustedSender } from './windows/security.ts'
import { defaultStoreFolder, storeLayout } from './store/layout.ts'
import { RepairThread } from './store/repair/repair-thread.ts'
import { Studio, type StudioOptions } from './studio.ts'
import { createUtilityHosts } from './trainer-host/utility-host.ts'
import { checkLater } from './windows/background-check.ts'
import { openStoreHandlers, repairInWindow } from './windows/damaged-store.ts'
import { lookAfterAbsent } from './windows/away.ts'
import { closeWindow, focusWindow, openMainWindow } from './windows/main-window.ts'
import { AppMenu } from './windows/app-menu.ts'
import { RecentFiles } from './windows/recent-files.ts'
import { showStartupError } from './windows/startup-error.ts'
import { readWindowState, writeWindowState } from './windows/window-state.ts'

/** Built side by side: out/{main,preload,renderer}. */
const preloadPath = join(import.meta.dirname, '../preload/index.cjs')
const rendererFolder = join(import.meta.dirname, '../renderer')
const trainerEntry = join(import.meta.dirname, 'trainer.js')

const options = parseLaunchOptions(process.argv.slice(1), process.cwd(), app.getAppPath())
if (options.userDataDir !== undefined) app.setPath('userData', options.userDataDir)
protocol.registerSchemesAsPrivileged([appSchemePrivileges])

/** On a Mac files come by an event, also before there is a window. */
const filesBeforeStart: string[] = [...options.files]
app.on('open-file', (event, path) => {
  event.preventDefault()
  if (desktop === undefined) filesBeforeStart.push(path)
  else desktop.openFiles([path])
})
let desktop: Desktop | undefined

// Not awaited at the top level: Electron becomes ready only after this module has been evaluated.
if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
else app.quit()

async function start(): Promise<void> {
  try {
    const storeFolder = options.store ?? defaultStoreFolder()
    const logFile = new LogFile(storeLayout(storeFolder).log)
    const { log } = logFile
    noteCrashes(log)
    const tokens = new TokenTable()
    const recent = new RecentFiles({
      file: join(app.getPath('userData'), 'recent-files.json'),
      tokens,
      onChange: () => desktop?.tellRecent(),
      onError: (text) => log('window', 'warning', text),
    })
    const incoming: Intake = {
      add: (path) => {
        recent.add(path)
        app.addRecentDocument(path)
        return tokens.add(path)
      },
    }
    guard(log)
    const studioOptions: StudioOptions = {
      storeFolder,
      program: app.name,
      version: app.getVersion(),
      createHost: createUtilityHosts({ entryPath: trainerEntry, onOutput: (line) => log('trainer', 'info', line) }),
      resourcesFolder: app.isPackaged ? process.resourcesPath : join(app.getAppPath(), 'resources'),
      // In the packaged app what is sent to clusters lies beside the archive.
      openCluster: app.isPackaged
        ? clusterOpener(app.getAppPath(), join(process.resourcesPath, 'node_modules'))
        : clusterOpener(import.meta.dirname, join(app.getAppPath(), 'node_modules')),
      resolveFile: (token) => tokens.resolve(token),
      tokenOfPath: (path) => tokens.add(path).token,
      desktopHandlers: {
        'files.pick': createFilePicker(dialog, incoming, tokens),
        'files.pick-new': createNewFilePicker(dialog, tokens),
        'files.show': createFileShower(shell, tokens),
        'files.recent': async () => recent.picked,
        'files.forget-recent': async () => {
          app.clearRecentDocuments()
          recent.forget()
          return undefined
        },
        ...openStoreHandlers(() => desktop?.restartToRepair()),
        'window.offer-actions': async ({ ids }) => {
          desktop?.menu.offer(ids)
          return undefined
        },
      },
      isDemo: options.isDemo,
      versions: { Electron: process.versions.electron, Chromium: process.versions.chrome },
      log,
    }
    const studio = await openStudio(studioOptions)
    if (studio === undefined) {
      await logFile.close()
      return app.exit(0)
    }
    const settings = unwrap(await studio.invoke('studio.settings', {}))
    nativeTheme.themeSource = brightnessOf(settings.theme)
    desktop = new Desktop(studio, { incoming, recent }, logFile, options)
    desktop.open(settings)
    desktop.openFiles(filesBeforeStart)
  } catch (thrown) {
    await showStartupError(dialog, toAppError(thrown), (text) => process.stderr.write(text))
    app.exit(1)
  }
}

const statePath = join(app.getPath('userData'), 'window.json')

/** Opens the store; a damaged one is repaired before as the user chooses, undefined where nothing is chosen. */
async function openStudio(studioOptions: StudioOptions): Promise<Studio | undefined> {
  const { storeFolder, program, log } = studioOptions
  if (options.isRepairing !== true) {
    const opened = await attempt(() => Studio.open(studioOptions))
    if (opened.ok) return opened.value
    if (opened.error.code !== 'store-corrupt') throw new AppException(opened.error)
    log('store', 'error', opened.error.message)
  }
  // Otherwise Electron quits with the window in which the store is repaired.
  app.on('window-all-closed', () => {})
  const repair = await RepairThread.open(import.meta.dirname, { folder: storeFolder, program })
  try {
    const openWindow = () =>
      openMainWindow({
        preloadPath,
        hash: damagedStoreHash,
        state: readWindowState(statePath),
        saveState: () => {},
        onError: (text) => log('window', 'error', text),
      })
    const outcome = await repairInWindow({ ipc: ipcMain, log, storeFolder, repair, openWindow })
    if (outcome === undefined) return undefined
  } finally {
    await repair.close()
  }
  return Studio.open(studioOptions)
}

async function attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work())
  } catch (thrown) {
    return fail(toAppError(thrown))
  }
}

/** Before there is any window. */
function guard(log: Log): void {
  const { defaultSession } = session
  guardSession(defaultSession)
  defaultSession.protocol.handle(appScheme, createAppProtocol(rendererFolder))
  app.on('web-contents-created', (_event, contents) =>
    guardContents(contents, {
      openExternal,
      onRefused: (what, url) => log('window', 'warning', `Refused a ${what}: ${url}`),
    }),
  )
}

/** The ways of files into the studio. */
interface DesktopFiles {
  readonly incoming: Intake
  readonly recent: RecentFiles
}

/** The open studio with its window and the doors between them. */
class Desktop {
  readonly #studio: Studio
  readonly #files: DesktopFiles
  readonly #logFile: LogFile
  readonly #log: Log
  readonly #options: LaunchOptions
  readonly #outboxes = new Map<number, EventOutbox>()
  /** In the order of opening; closed in reverse. */
  readonly #closers: (() => void)[] = []
  #window: BrowserWindow | undefined
  #stateWritten: Promise<void> = Promise.resolve()
  #isClosing = false

  /** The native menus. */
  readonly menu: AppMenu

  constructor(studio: Studio, files: DesktopFiles, logFile: LogFile, options: LaunchOptions) {
    this.#studio = studio
    this.#files = files
    this.#logFile = logFile
    this.#log = logFile.log
    this.#options = options
    this.menu = new AppMenu({
      menu: Menu,
      isMac: process.platform === 'darwin',
      isPackaged: app.isPackaged,
      recent: () => files.recent.list,
      actions: {
        request: (id) => this.#request({ event: 'action-requested', payload: { id } }),
        openRecent: (path) => this.openFiles([path]),
        openExternal,
      },
    })
  }

  open(settings: Settings): void {
    this.#openDoors()
    this.#followTheme()
    this.#closers.push(lookAfterAbsent(this.#studio, settings, (place) => this.show(place)))
    app.on('second-instance', (_event, argv, workingDirectory) => {
      this.#focus()
      this.openFiles(parseLaunchOptions(argv.slice(1), workingDirectory, app.getAppPath()).files)
    })
    app.on('activate', () => this.#focus())
    // On macOS an app without windows goes on: so do its experiments.
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') app.quit()
    })
    // Chromium starts it anew, in software when the card's driver keeps failing; the log must say why a window flickers.
    app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
      if (type === 'GPU') this.#log('window', 'warning', `The graphics process has gone: ${reason} (${exitCode}).`)
    })
    // Of the signals that ask for the end, Electron takes the others by itself.
    process.on('SIGQUIT', () => app.quit())
    app.on('before-quit', (event) => {
      // Also when the last window closes on the way out: `app.exit` at the end of it asks nobody.
      event.preventDefault()
      void this.#close(0)
    })
    this.#openWindow()
    this.#tellNotices()
    const repair = () => this.restartToRepair()
    this.#closers.push(checkLater({ studio: this.#studio, dialog, log: this.#log, window: () => this.#window, repair }))
    this.#studio.queue.startDispatching()
    if (this.#options.isDemo) void this.#demonstrate()
  }

  /** Asks the window to show a place; it gets there as soon as the page listens. */
  show(place: Place): void {
    this.#request({ event: 'place-requested', payload: place })
  }

  /** The system gave files to open; the window asks what to do with them. */
  openFiles(paths: readonly string[]): void {
    if (paths.length === 0) return
    const files = paths.map((path) => this.#files.incoming.add(path))
    this.#request({ event: 'files-opened', payload: { files } })
  }

  restartToRepair(): void {
    app.relaunch({ args: [...process.argv.slice(1), '--repair'] })
    void this.#close(0)
  }

  tellRecent(): void {
    this.menu.show()
    this.#announce({ event: 'recent-files-changed', payload: { files: this.#files.recent.picked } })
  }

  /** Opens a window where there is none; it hears of it as soon as the page listens. */
  #request(item: StudioEvent): void {
    this.#focus()
    this.#announce(item)
  }

  #openDoors(): void {
    const isTrusted = (event: Parameters<typeof isTrustedSender>[0]) =>
      isTrustedSender(event, new Set(this.#outboxes.keys()))
    this.#closers.push(
      registerCommands(ipcMain, {
        invoke: (command, input) => this.#studio.invoke(command, input),
        isTrusted,
        onRefused: (command, { code, message }) => this.#log('ipc', 'info', `${command}: ${code}: ${message}`),
      }),
      registerDrops(ipcMain, this.#files.incoming, isTrusted),
    )
    ipcMain.on(listeningChannel, (event) => {
      if (isTrusted(event)) this.#outboxes.get(event.sender.id)?.startListening()
    })
    for (const event of eventNames) {
      this.#closers.push(
        this.#studio.events.on(event, (payload) => {
          // Name and payload come from the same entry of the table of events.
          this.#announce({ event, payload } as StudioEvent)
        }),
      )
    }
  }

  #followTheme(): void {
    this.#closers.push(
      this.#studio.events.on('settings-changed', (settings) => {
        nativeTheme.themeSource = brightnessOf(settings.theme)
      }),
    )
  }

  #openWindow(): BrowserWindow {
    const window = openMainWindow({
      preloadPath,
      state: readWindowState(statePath),
      saveState: (state) => {
        this.#stateWritten = writeWindowState(statePath, state).catch((cause: unknown) =>
          this.#log('window', 'warning', `The window's place could not be saved: ${String(cause)}`),
        )
      },
      onError: (text) => this.#log('window', 'error', text),
    })
    const { webContents } = window
    const { id } = webContents
    const outbox = new EventOutbox({
      isDestroyed: () => webContents.isDestroyed(),
      send: (channel, events) => webContents.send(channel, events),
    })
    this.#outboxes.set(id, outbox)
    // A page that is loaded anew has no listeners yet. (`did-start-navigation` comes for refused ones as well.)
    webContents.on('did-navigate', () => outbox.stopListening())
    webContents.on('render-process-gone', () => outbox.stopListening())
    window.once('closed', () => {
      outbox.dispose()
      this.#outboxes.delete(id)
      this.#window = undefined
    })
    this.#window = window
    return window
  }

  #focus(): void {
    if (this.#isClosing) return
    focusWindow(this.#window ?? this.#openWindow())
  }

  #announce(item: StudioEvent): void {
    for (const outbox of this.#outboxes.values()) outbox.push(item)
  }

  #tellNotices(): void {
    const { notices } = this.#studio
    if (notices.length === 0 || this.#window === undefined) return
    void dialog.showMessageBox(this.#window, {
      type: 'warning',
      message: 'Something in the store needs your attention.',
      detail: notices.join('\n\n'),
    })
  }

  async #demonstrate(): Promise<void> {
    const window = this.#window ?? this.#openWindow()
    const demo: DemoOptions = {
      studio: this.#studio,
      window,
      show: (place) => this.show(place),
      presetId: this.#options.demoPreset,
      ...(this.#options.screenshots === undefined ? {} : { screenshots: this.#options.screenshots }),
      say: (line) => process.stdout.write(`${line}\n`),
    }
    const isDone = await runDemo(demo)
    if (this.#options.isDemoExiting) await this.#close(isDone ? 0 : 1)
  }

  /** In reverse: window, doors, the studio, which asks running experiments for a checkpoint and backs up, and the log. */
  async #close(exitCode: number): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    if (this.#window !== undefined) await closeWindow(this.#window, 2_000)
    for (const close of this.#closers.reverse()) close()
    let code = exitCode
    try {
      await Promise.all([this.#stateWritten, this.#files.recent.written(), this.#studio.close()])
    } catch (thrown) {
      code = 1
      this.#log('main', 'error', `Closing: ${toAppError(thrown).message}`)
    }
    await this.#logFile.close()
    app.exit(code)
  }
}

function openExternal(url: string): void {
  const allowed = externalUrl(url)
  if (allowed !== undefined) void shell.openExternal(allowed)
}
