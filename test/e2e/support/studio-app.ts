import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ElectronApplication, type Page, _electron } from '@playwright/test'
import { electronExecutable, sandboxArguments } from './electron.ts'

const checkout = resolve(import.meta.dirname, '../../..')

/** The studio under test, running. */
export interface StudioApp {
  readonly app: ElectronApplication
  readonly window: Page
  /** What the page and the app wrote to their consoles as errors, for a test to expect or to be empty. */
  readonly errors: readonly string[]
}

/** Where a studio keeps everything, so that another one can be opened on the same things. */
export interface StudioFolders {
  readonly store: string
  readonly userData: string
}

/** Calls `use` with new folders and removes them afterwards. */
export async function withStudioFolders(use: (folders: StudioFolders) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'nern-e2e-'))
  try {
    await use({ store: join(parent, 'store'), userData: join(parent, 'user-data') })
  } finally {
    // Chromium's helpers may still write their last bytes when the app has ended.
    await rm(parent, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** Opens the built studio on these folders and waits for its window. `args`: further switches of the studio. */
export async function openStudio(folders: StudioFolders, args: readonly string[] = []): Promise<StudioApp> {
  const app = await _electron.launch({
    executablePath: electronExecutable(),
    cwd: checkout,
    args: [
      ...sandboxArguments(),
      checkout,
      '--store',
      folders.store,
      // Not the form with a space: Chromium reads this switch as well, and only this form of it.
      `--user-data-dir=${folders.userData}`,
      ...args,
    ],
  })
  const errors: string[] = []
  const window = await app.firstWindow()
  window.on('pageerror', (error) => errors.push(error.message))
  window.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await window.waitForLoadState('domcontentloaded')
  return { app, window, errors }
}
