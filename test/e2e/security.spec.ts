import { expect, test } from './fixtures.ts'
import { show } from './launch.ts'

test('the page has three functions and nothing of Node or Electron', async ({ sharedStudio: { page } }) => {
  const seen = await page.evaluate(() => ({
    api: Object.keys(window.api),
    types: ['require', 'process', 'module', 'global', 'Buffer', 'electron', 'ipcRenderer'].map(
      (name) => typeof Reflect.get(window, name),
    ),
    origin: location.origin,
    isSecure: isSecureContext,
  }))
  expect(seen).toStrictEqual({
    api: ['invoke', 'on', 'tokenForFile'],
    types: Array(7).fill('undefined'),
    origin: 'app://studio',
    isSecure: true,
  })
})

test('every window runs isolated and sandboxed', async ({ sharedStudio: { app } }) => {
  const preferences = await app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      // Missing in the types, there since Electron 1.
      const { getLastWebPreferences } = contents as unknown as {
        getLastWebPreferences: () => Electron.WebPreferences
      }
      const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } =
        getLastWebPreferences.call(contents)
      return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag }
    }),
  )
  expect(preferences).toStrictEqual([
    { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false },
  ])
})

test('inline script and eval are refused', async ({ sharedStudio: { page } }) => {
  const outcome = await page.evaluate(async () => {
    const violations: string[] = []
    const areAllReported = new Promise<void>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        if (violations.push(event.effectiveDirective) === 3) resolve()
      })
    })
    const script = document.createElement('script')
    script.textContent = 'window.hasInlineRun = true'
    const image = document.createElement('img')
    image.setAttribute('onerror', 'window.hasHandlerRun = true')
    image.src = 'data:,'
    document.body.append(script, image)
    // In a task of its own: the debugger lifts the ban on eval for what it evaluates directly.
    const evaluated = await new Promise<string>((resolve) => {
      setTimeout(() => {
        try {
          resolve(String(new Function('return 1')()))
        } catch (error) {
          resolve(error instanceof Error ? error.name : 'unknown')
        }
      })
    })
    await areAllReported
    script.remove()
    image.remove()
    return {
      evaluated,
      inline: Reflect.get(window, 'hasInlineRun') as unknown,
      handler: Reflect.get(window, 'hasHandlerRun') as unknown,
      violations: violations.sort(),
    }
  })
  expect(outcome).toStrictEqual({
    evaluated: 'EvalError',
    inline: undefined,
    handler: undefined,
    violations: ['script-src', 'script-src-attr', 'script-src-elem'],
  })
})

test('the page cannot leave, open windows or load from elsewhere', async ({ sharedStudio: { app, page } }) => {
  const before = page.url()
  const loads = await page.evaluate(async () => {
    const outcomes: string[] = []
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1:1/',
      'file:///etc/passwd',
      'app://other/index.html',
      '/..%2f..%2fpackage.json',
    ]) {
      outcomes.push(
        await fetch(url).then(
          (response) => String(response.status),
          () => 'refused',
        ),
      )
    }
    return outcomes
  })
  for (const target of ['https://example.com/', 'file:///etc/passwd', 'app://studio/index.html?other']) {
    await page.evaluate((url) => {
      window.open(url)
      const link = document.createElement('a')
      link.href = url
      link.target = '_blank'
      link.click()
      location.assign(url)
    }, target)
  }
  const frames = await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    frame.src = 'https://example.com/'
    document.body.append(frame)
    await new Promise((resolve) => setTimeout(resolve, 300))
    frame.remove()
    return window.length
  })
  const windows = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
  expect([loads, page.url(), windows, frames]).toStrictEqual([
    ['refused', 'refused', 'refused', 'refused', '403'],
    before,
    1,
    0,
  ])
})

test('a page that blanks itself comes back as the studio', async ({ sharedStudio: { page } }) => {
  await page.evaluate(() => {
    location.assign('about:blank')
  })
  await page.waitForURL('app://studio/index.html')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})

test('requests to elsewhere are cancelled below the page as well', async ({ sharedStudio: { app } }) => {
  const outcome = await app.evaluate(({ net, session }) =>
    session.defaultSession.fetch('https://example.com/').then(
      () => 'loaded',
      (error: unknown) => (net.isOnline === undefined ? '' : String(error)),
    ),
  )
  expect(outcome).toContain('ERR_BLOCKED_BY_CLIENT')
})

test('permissions are denied', async ({ sharedStudio: { page } }) => {
  const outcome = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'] as const
    const states = []
    for (const name of names) {
      // Not all are in the types; all are in Chromium.
      states.push((await navigator.permissions.query({ name: name as PermissionName })).state)
    }
    return [states, await Notification.requestPermission()]
  })
  expect(outcome).toStrictEqual([Array(5).fill('denied'), 'denied'])
})

test('nonsense from the page gets an error and changes nothing', async ({ sharedStudio: studio }) => {
  const { page } = studio
  const answers = await page.evaluate(async () => {
    const invoke = window.api.invoke as (command: unknown, input: unknown) => Promise<{ error?: { code: string } }>
    const calls: [unknown, unknown][] = [
      ['networks.get', { id: 3 }],
      ['networks.get', null],
      ['networks.list', { path: '/etc/passwd' }],
      ['networks.import', { taskId: 'a', file: '/etc/passwd' }],
      ['no.such', {}],
      ['file:token-for-path', '/etc/passwd'],
      [{}, {}],
    ]
    const codes = []
    for (const [command, input] of calls) codes.push((await invoke(command, input)).error?.code)
    const made = await window.api.tokenForFile(new File(['x'], 'made-by-the-page.pth'))
    return [...codes, made.ok ? 'token' : made.error.code]
  })
  expect(answers).toStrictEqual([
    'invalid-argument',
    'invalid-argument',
    'invalid-argument',
    'not-found',
    'unknown-command',
    'invalid-argument',
    'invalid-argument',
    'invalid-argument',
  ])
  await show(studio, { name: 'networks' })
  await expect(page.getByRole('heading', { name: 'No networks yet' })).toBeVisible()
})
