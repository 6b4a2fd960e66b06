import { join } from 'node:path'
import { expect, it } from 'vitest'
import { defaultStoreFolder } from '#main/store/layout.ts'

const home = join('/', 'home', 'ada')

it.each([
  ['the folder NERN_STORE names', { NERN_STORE: '/elsewhere', XDG_DATA_HOME: '/data' }, 'linux', '/elsewhere'],
  ['XDG_DATA_HOME on Linux', { XDG_DATA_HOME: '/data' }, 'linux', join('/data', 'nern-studio')],
  ['.local/share on Linux', {}, 'linux', join(home, '.local', 'share', 'nern-studio')],
  ['Application Support on macOS', {}, 'darwin', join(home, 'Library', 'Application Support', 'NeRN Studio')],
  ['AppData on Windows', { APPDATA: '/roaming' }, 'win32', join('/roaming', 'NeRN Studio')],
] as const)('is %s', (_what, env, platform, expected) => {
  expect(defaultStoreFolder(env, platform, home)).toBe(expected)
})
