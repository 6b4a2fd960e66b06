/** Starting the built studio in a real Electron, with folders of its own. */
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import type { CommandInput, CommandName, CommandOutput, StudioApi } from '#shared/protocol/contract.ts'
import type { Route } from '#renderer/state/routes.ts'
import type { Result } from '#shared/basics/result.ts'

declare global {
  interface Window {
    readonly api: StudioApi
  }
}

/** Folder of package.json and out/. */
export const root = resolve(import.meta.dirname, '../..')
/** The built studio; another folder with a package.json and an out/ can be named. */
const appFolder = resolve(process.env['NERN_APP'] ?? root)
export const trainerEntry = join(appFolder, 'out/main/trainer.js')
export const screenshotsFolder = join(root, 'screenshots')
/** Files that are not part of the project (docs/testing.md). */
export const sharedFolder = resolve(root, process.env['NERN_SHARED'] ?? '../shared')

/** The Electron that the scripts found or made; throws when they made none, or the studio is not built. */
export function electronExecutable(): string {
  const executable = process.env['NERN_ELECTRON']
  if (executable === undefined || process.env['ELECTRON_OVERRIDE_DIST_PATH'] === undefined) {
    throw new Error('The environment names no Electron. Run: npm run test:e2e')
  }
  if (!existsSync(join(appFolder, 'out/main/index.js'))) throw new Error(`${appFolder} is not built.`)
  return executable
}

/**
 * Arguments of a studio whose state lies in `folder`. It draws in software, on every machine the same. Chromium refuses its
 * sandbox to root, and only to root.
 */
export function studioArguments(folder: string, app = appFolder): readonly string[] {
  const switches = ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
  return [...switches, app, `--user-data-dir=${join(folder, 'user-data')}`, `--store=${storeFolderIn(folder)}`]
}

export function storeFolderIn(folder: string): string {
  return join(folder, 'store')
}

export interface OpenStudio {
  readonly app: ElectronApplication
  readonly process: ChildProcess
  readonly page: Page
  readonly storeFolder: string
}

/**
 * @param files that the system gives the studio to open
 * @param build where another build of the studio lies
 */
export async function launchStudio(
  folder: string,
  files: readonly string[] = [],
  build = appFolder,
): Promise<OpenStudio> {
  electronExecutable()
  const app = await _electron.launch({
    // Never with `executablePath`: only an Electron that Playwright has looked up itself is held back until Playwright
    // listens. Otherwise a page whose navigation commits at the wrong moment is waited for in vain (docs/adr/0015).
    args: [...studioArguments(folder, build), ...files],
    env: studioEnvironment(),
    // A process that never answers is then an error with what it printed, and not a test that took too long.
    timeout: 40_000,
    // Otherwise Playwright fixes the page to the light theme.
    colorScheme: null,
  })
  const page = await app.firstWindow()
  await page.getByRole('heading', { level: 1 }).waitFor()
  return { app, process: app.process(), page, storeFolder: storeFolderIn(folder) }
}

/** Quits as the menu does; the exit code is 0 when everything was put away. */
export async function quit({ app, process }: OpenStudio): Promise<number | null> {
  const exited = new Promise<number | null>((resolve) => process.once('exit', resolve))
  await app.close()
  return process.exitCode ?? exited
}

/** The environment without what Playwright's own process was given for itself. */
export function studioEnvironment(): Record<string, string> {
  const { NODE_OPTIONS: _options, ...env } = process.env
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** Gives a command as the page would; throws when the answer is an error. */
export async function ask<N extends CommandName>(
  page: Page,
  command: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N>> {
  const answer = await page.evaluate(
    ([name, value]) => window.api.invoke(name as never, value as never) as Promise<Result<unknown>>,
    [command, input] as const,
  )
  if (!answer.ok) throw new Error(`${command}: ${JSON.stringify(answer.error)}`)
  // The contract's table says what a command answers.
  return answer.value as CommandOutput<N>
}

/** Shows a place as the Go menu does; also one with more to it than the menu ever asks for. */
export async function show({ app, page }: OpenStudio, place: Route): Promise<void> {
  await unlessCollected(() =>
    app.evaluate(({ BrowserWindow }, payload) => {
      BrowserWindow.getAllWindows()[0]?.webContents.send('events:batch', [{ event: 'place-requested', payload }])
    }, place),
  )
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** Again where the main process had collected what Playwright waits for before it answered, as it does once in a thousand times. */
export async function unlessCollected<T>(evaluate: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await evaluate()
    } catch (thrown) {
      if (!(thrown instanceof Error && thrown.message.includes('was garbage collected'))) throw thrown
    }
  }
}

/** Process id of the trainer that runs now; waits for one. */
export async function trainerPid({ app }: OpenStudio): Promise<number> {
  for (;;) {
    const metrics = await app.evaluate(({ app }) => app.getAppMetrics())
    const trainer = metrics.find(
      ({ type, name, serviceName }) => type === 'Utility' && /trainer/.test(`${name} ${serviceName}`),
    )
    if (trainer !== undefined) return trainer.pid
  }
}
