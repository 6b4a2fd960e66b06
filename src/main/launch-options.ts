import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** What the desktop app was asked on its command line. Paths are absolute. */
export interface LaunchOptions {
  /** Store to open instead of the default one. */
  readonly store?: string
  /** Folder for window state and Chromium's own files; also decides which instance is "the same app". */
  readonly userDataDir?: string
  /** Run the sample experiment before the user's eyes. */
  readonly isDemo: boolean
  /** Leave when the demo is over: 0 done, 1 failed. */
  readonly isDemoExiting: boolean
  /** Preset of the demo's experiment. */
  readonly demoPreset: string
  /** Where the demo saves pictures of every screen. */
  readonly screenshots?: string
  /** Repair the store, whether or not it can be opened. */
  readonly isRepairing?: true
  /** Files to open: a file manager gives them as bare arguments. */
  readonly files: readonly string[]
}

/**
 * Reads the studio's own switches and ignores Chromium's and Electron's, which share the command line.
 *
 * @param args arguments behind the executable (and behind the app's folder, if one was given)
 * @param workingDirectory what relative paths are relative to
 * @param appPath where the app's code lies: Electron alone is started with it as its first bare argument
 */
export function parseLaunchOptions(args: readonly string[], workingDirectory: string, appPath?: string): LaunchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    options: {
      store: { type: 'string' },
      'user-data-dir': { type: 'string' },
      demo: { type: 'boolean' },
      'demo-exit': { type: 'boolean' },
      'demo-preset': { type: 'string' },
      screenshots: { type: 'string' },
      repair: { type: 'boolean' },
    },
  })
  const path = (value: unknown) =>
    typeof value === 'string' && value !== '' ? resolve(workingDirectory, value) : undefined
  const store = path(values.store)
  const userDataDir = path(values['user-data-dir'])
  const screenshots = path(values.screenshots)
  const preset = values['demo-preset']
  const files = positionals.map((file) => resolve(workingDirectory, file)).filter((file) => file !== appPath)
  return {
    files,
    isDemo: values.demo === true,
    isDemoExiting: values['demo-exit'] === true,
    demoPreset: typeof preset === 'string' && preset !== '' ? preset : 'fast',
    ...(values.repair === true ? { isRepairing: true } : {}),
    ...(store === undefined ? {} : { store }),
    ...(userDataDir === undefined ? {} : { userDataDir }),
    ...(screenshots === undefined ? {} : { screenshots }),
  }
}
