/** The guards of a window as they are wired in the running app: docs/reliability.md lists them. */
import { expect, test } from './fixtures.ts'
import { show } from './launch.ts'

/** What says who sends a message, with one thing wrong in each. */
const spoofed = ['other window', 'frame in the page', 'other site', 'other host', 'frame that is gone'] as const

test('no command and no drop is answered to anybody but the page itself', async ({ sharedStudio: { app } }) => {
  const answers = await app.evaluate(async ({ BrowserWindow, ipcMain }, senders) => {
    const sender = BrowserWindow.getAllWindows()[0]?.webContents
    // Missing in the types: what `ipcMain.handle` was given, by channel.
    const { _invokeHandlers: handlers } = ipcMain as unknown as {
      _invokeHandlers: Map<string, (event: unknown, input: unknown) => Promise<{ error?: { code: string } }>>
    }
    const url = 'app://studio/index.html'
    const events: Record<(typeof senders)[number], unknown> = {
      'other window': { sender: { id: 99_999, isDestroyed: () => false }, senderFrame: { url, parent: null } },
      'frame in the page': { sender, senderFrame: { url, parent: {} } },
      'other site': { sender, senderFrame: { url: 'https://studio/index.html', parent: null } },
      'other host': { sender, senderFrame: { url: 'app://studio.evil/index.html', parent: null } },
      'frame that is gone': { sender, senderFrame: null },
    }
    const codes: Record<string, Set<string>> = {}
    for (const name of senders) {
      codes[name] = new Set()
      for (const handler of handlers.values()) {
        codes[name].add((await handler(events[name], {})).error?.code ?? 'answered')
      }
    }
    const seen = Object.entries(codes).map(([name, found]) => [name, [...found]])
    return { channels: handlers.size, seen: Object.fromEntries(seen) as Record<string, string[]> }
  }, spoofed)
  expect(answers.seen).toStrictEqual(Object.fromEntries(spoofed.map((name) => [name, ['unauthorized']])))
  expect(answers.channels).toBeGreaterThan(80)
})

test('a second window with our own preload, on our own site, is told nothing', async ({ sharedStudio: { app } }) => {
  const answer = await app.evaluate(async ({ app: itself, BrowserWindow }) => {
    const preload = `${itself.getAppPath()}/out/preload/index.cjs`
    const second = new BrowserWindow({
      show: false,
      webPreferences: { preload, sandbox: true, contextIsolation: true },
    })
    try {
      await second.loadURL('app://studio/index.html')
      return (await second.webContents.executeJavaScript(
        `window.api.invoke('networks.list', {}).then((answer) => answer.error?.code ?? 'answered')`,
      )) as string
    } finally {
      second.destroy()
    }
  })
  expect(answer).toBe('unauthorized')
})

test('only the page itself says that it listens', async ({ sharedStudio: { app, page } }) => {
  const sent = await app.evaluate(async ({ BrowserWindow, ipcMain }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (contents === undefined) throw new Error('there is no window')
    const url = 'app://studio/index.html'
    const batches: string[] = []
    const send = contents.send.bind(contents)
    contents.send = (channel, ...rest) => {
      batches.push(channel)
      send(channel, ...rest)
    }
    const settle = () => new Promise((resolve) => setTimeout(resolve, 200))
    // As after a reload: what is announced is kept until the page listens.
    contents.emit('did-navigate', {}, url)
    await contents.executeJavaScript(`window.api.invoke('studio.update-settings', {})`)
    ipcMain.emit('events:listening', { sender: contents, senderFrame: { url, parent: {} } })
    ipcMain.emit('events:listening', { sender: contents, senderFrame: { url: 'https://example.com/', parent: null } })
    await settle()
    const toStrangers = batches.length
    ipcMain.emit('events:listening', { sender: contents, senderFrame: { url, parent: null } })
    await settle()
    contents.send = send
    return { toStrangers, toThePage: batches.length }
  })
  expect(sent).toStrictEqual({ toStrangers: 0, toThePage: 1 })
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})

test('a link opens in the browser only where the list says so', async ({ sharedStudio: { app, page } }) => {
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Reflect.set(shell, 'opened', opened)
    shell.openExternal = async (url) => void opened.push(url)
  })
  await page.evaluate(() => {
    for (const url of [
      'https://arxiv.org/abs/2212.13554',
      'https://user@arxiv.org/',
      'https://:secret@arxiv.org/',
      'https://arxiv.org@evil.example/',
      'https://evilarxiv.org/',
      'https://arxiv.org.evil.example/',
      'https://arxiv.org:8443/',
      'http://arxiv.org/',
      'file:///etc/passwd',
      'javascript:alert(1)',
    ]) {
      window.open(url)
    }
  })
  const opened = await app.evaluate(({ shell }) => Reflect.get(shell, 'opened') as string[])
  expect(opened).toStrictEqual(['https://arxiv.org/abs/2212.13554'])
})

test("the studio's own scheme does not get round the policy", async ({ sharedStudio: { page } }) => {
  const violated = await page.evaluate(async () => {
    const told = new Promise<string>((resolve) => {
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective), {
        once: true,
      })
    })
    const frame = document.createElement('iframe')
    frame.src = 'app://studio/index.html'
    document.body.append(frame)
    const directive = await told
    frame.remove()
    return directive
  })
  expect(violated).toBe('frame-src')
})

test('names that every object has are neither events nor commands', async ({ sharedStudio: { page } }) => {
  const outcome = await page.evaluate(async () => {
    const on = window.api.on as (event: string, listener: () => void) => unknown
    const invoke = window.api.invoke as (command: string, input: unknown) => Promise<{ error?: { code: string } }>
    const told: string[] = []
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      try {
        on(name, () => {})
        told.push('taken')
      } catch (error) {
        told.push(error instanceof Error && error.message.includes('There is no event named') ? 'refused' : 'broken')
      }
      told.push((await invoke(`${name}.list`, {})).error?.code ?? 'answered')
    }
    return [...new Set(told)].sort()
  })
  expect(outcome).toStrictEqual(['invalid-argument', 'refused', 'unknown-command'])
})

test('a page that crashed comes back with everything, and hears what is announced', async ({ launch }) => {
  const studio = await launch()
  await show(studio, { name: 'settings' })
  const seen = await studio.app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (contents === undefined) throw new Error('there is no window')
    const isBack = new Promise<void>((resolve, reject) => {
      contents.once('did-finish-load', () => resolve())
      setTimeout(() => reject(new Error('The page did not come back.')), 60_000)
    })
    contents.forcefullyCrashRenderer()
    await isBack
    return (await contents.executeJavaScript(`new Promise((resolve) => {
      window.api.on('settings-changed', (settings) => resolve([settings.theme, document.title]))
      window.api.invoke('studio.update-settings', { theme: 'dark' })
    })`)) as string[]
  })
  expect(seen[0]).toBe('dark')
})
