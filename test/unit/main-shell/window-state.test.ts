import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { placeWindow, readWindowState, writeWindowState } from '#main/windows/window-state.ts'

const screen = { x: 0, y: 24, width: 1920, height: 1056 }
const bounds = { x: 100, y: 50, width: 1400, height: 900 }

test.each([
  ['the first time in the middle', undefined, { width: 1280, height: 800, isMaximized: false }],
  ['where it was', { bounds, isMaximized: true }, { ...bounds, isMaximized: true }],
  [
    'in the middle when its screen has gone',
    { bounds: { ...bounds, x: 2500 }, isMaximized: false },
    { width: 1400, height: 900, isMaximized: false },
  ],
  [
    'in the middle when its title bar is above the screen',
    { bounds: { ...bounds, y: 0 }, isMaximized: false },
    { width: 1400, height: 900, isMaximized: false },
  ],
  [
    'never smaller than it can be used',
    { bounds: { ...bounds, width: 10, height: 10 }, isMaximized: false },
    { width: 1024, height: 700, isMaximized: false },
  ],
])('opens %s', (_where, state, expected) => {
  expect(placeWindow(state, [screen])).toStrictEqual(expected)
})

test('what is written is read again; nothing and nonsense are undefined', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'window-state-'))
  try {
    const path = join(folder, 'window.json')
    const before = readWindowState(path)
    await writeWindowState(path, { bounds, isMaximized: false })
    const after = readWindowState(path)
    writeFileSync(path, '{"bounds":{"x":"1"}}')
    expect([before, after, readWindowState(path)]).toStrictEqual([undefined, { bounds, isMaximized: false }, undefined])
  } finally {
    await rm(folder, { recursive: true })
  }
})
