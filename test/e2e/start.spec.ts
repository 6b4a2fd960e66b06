import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { electronExecutable, quit, show, studioArguments, studioEnvironment } from './launch.ts'

test('starts on an empty store with Home and says what it can do', async ({ studio: { page, app } }, info) => {
  const versions = await app.evaluate(() => ({ electron: process.versions.electron, chrome: process.versions.chrome }))
  info.annotations.push({ type: 'Electron', description: `${versions.electron}, Chromium ${versions.chrome}` })
  await expect(page.getByRole('heading', { level: 1, name: 'Welcome' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Run the sample experiment' })).toBeVisible()
  const [bounds, minimum] = await app.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0]
    return [window?.getBounds(), window?.getMinimumSize()]
  })
  expect([bounds?.width, bounds?.height, minimum]).toStrictEqual([1280, 800, [1024, 700]])
})

test('every section opens from the keyboard and from the Go menu', async ({ sharedStudio: { page, app } }) => {
  for (const [key, title] of [
    ['n', 'Networks'],
    ['d', 'Data sets'],
    ['c', 'New experiment'],
    ['e', 'Experiments'],
    ['q', 'Queue'],
    ['o', 'Doctor'],
    ['s', 'Settings'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  }
  await app.evaluate(({ Menu }) => {
    const go = Menu.getApplicationMenu()?.items.find(({ label }) => label === '&Go')
    go?.submenu?.items.find(({ label }) => label === 'Networks')?.click()
  })
  await expect(page.getByRole('heading', { level: 1, name: 'Networks' })).toBeVisible()
})

test('the theme setting changes the page and the window, and is kept', async ({ launch }) => {
  const first = await launch()
  await show(first, { name: 'settings' })
  await first.page.getByRole('radio', { name: 'Dark', exact: true }).click()
  await expect(first.page.locator('html')).toHaveAttribute('data-theme', 'dark')
  expect(await quit(first)).toBe(0)

  const second = await launch()
  await expect(second.page.locator('html')).toHaveAttribute('data-theme', 'dark')
  const background = await second.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBackgroundColor(),
  )
  expect(await quit(second)).toBe(0)
  expect(background?.toLowerCase()).toBe('#0e1014')
})

test('size and place of the window are remembered', async ({ folder, launch }) => {
  const bounds = { x: 60, y: 80, width: 1100, height: 720 }
  const first = await launch()
  await first.app.evaluate(({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted), bounds)
  await expect
    .poll(() => first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds()))
    .toMatchObject(bounds)
  expect(await quit(first)).toBe(0)
  expect(JSON.parse(await readFile(join(folder, 'user-data', 'window.json'), 'utf8'))).toStrictEqual({
    bounds,
    isMaximized: false,
  })
  const second = await launch()
  const again = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
  expect(await quit(second)).toBe(0)
  expect(again).toMatchObject(bounds)
})

test('a second start goes away and brings the first to the front', async ({ studio: { app }, folder }) => {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  const second = spawn(electronExecutable(), studioArguments(folder), { env: studioEnvironment(), stdio: 'ignore' })
  const [code] = (await once(second, 'exit')) as [number | null]
  expect(code).toBe(0)
  await expect
    .poll(() =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isMinimized())),
    )
    .toStrictEqual([false])
})
