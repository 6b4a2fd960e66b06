import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import {
  externalUrl,
  guardContents,
  guardSession,
  isTrustedSender,
  type MessageSender,
} from '#main/windows/security.ts'

describe('links that may be opened in the browser', () => {
  test.each([
    ['https://arxiv.org/abs/2212.13554', 'https://arxiv.org/abs/2212.13554'],
    ['https://GitHub.com/x', 'https://github.com/x'],
  ])('%s', (url, expected) => {
    expect(externalUrl(url)).toBe(expected)
  })

  test.each([
    'http://arxiv.org/',
    'https://arxiv.org.evil.example/',
    'https://evil.example/arxiv.org',
    'https://arxiv.org@evil.example/',
    'https://user:secret@arxiv.org/',
    'https://user@arxiv.org/',
    'https://:secret@arxiv.org/',
    'https://evilarxiv.org/',
    'https://www.arxiv.org/',
    'https://arxiv.org:8443/',
    'https://xn--rxiv-5cd.org/',
    'file:///etc/passwd',
    'smb://host/share',
    'javascript:alert(1)',
    'data:text/html,x',
    'ms-msdt:/id',
    'not a url',
    '',
  ])('never %s', (url) => {
    expect(externalUrl(url)).toBeUndefined()
  })
})

/** Records the handlers a session is given. */
function recordSession() {
  const handlers: Record<string, (...args: never[]) => unknown> = {}
  const events = new EventEmitter()
  const session = {
    setPermissionRequestHandler: (handler: never) => (handlers['request'] = handler),
    setPermissionCheckHandler: (handler: never) => (handlers['check'] = handler),
    setDevicePermissionHandler: (handler: never) => (handlers['device'] = handler),
    webRequest: { onBeforeRequest: (handler: never) => (handlers['before'] = handler) },
    on: events.on.bind(events),
  }
  // The recorded part is all that guardSession touches.
  guardSession(session as never)
  return { events, call: (name: string, ...args: unknown[]) => handlers[name]?.(...(args as never[])) }
}

describe('a guarded session', () => {
  test.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'hid', 'openExternal', 'fileSystem'])(
    'denies %s when asked and when checked',
    (permission) => {
      const { call } = recordSession()
      const answers: boolean[] = []
      call('request', null, permission, (isGranted: boolean) => answers.push(isGranted))
      expect([answers, call('check', null, permission), call('device', {})]).toStrictEqual([[false], false, false])
    },
  )

  test.each([
    ['app://studio/assets/main.js', false],
    ['devtools://devtools/bundled/inspector.html', false],
    ['data:image/png;base64,AA', false],
    ['blob:app://studio/1', false],
    ['https://example.com/', true],
    ['http://localhost:5173/', true],
    ['ws://localhost:1/', true],
    ['file:///etc/passwd', true],
    ['app://other/main.js', true],
    ['ftp://host/', true],
  ])('%s is cancelled: %s', (url, cancel) => {
    const { call } = recordSession()
    const answers: unknown[] = []
    call('before', { url }, (answer: unknown) => answers.push(answer))
    expect(answers).toStrictEqual([{ cancel }])
  })

  test('prevents downloads', () => {
    const { events } = recordSession()
    let isPrevented = false
    events.emit('will-download', { preventDefault: () => (isPrevented = true) })
    expect(isPrevented).toBe(true)
  })
})

function recordContents() {
  const events = new EventEmitter()
  const opened: string[] = []
  const refused: string[] = []
  let openHandler: (details: { url: string }) => unknown = () => undefined
  guardContents(
    {
      on: events.on.bind(events),
      setWindowOpenHandler: (handler: typeof openHandler) => (openHandler = handler),
    } as never,
    { openExternal: (url) => opened.push(url), onRefused: (what, url) => refused.push(`${what} ${url}`) },
  )
  const emit = (event: string, url: string): boolean => {
    let isPrevented = false
    events.emit(event, { url, preventDefault: () => (isPrevented = true) })
    return isPrevented
  }
  return { emit, opened, refused, open: (url: string) => openHandler({ url }) }
}

describe('a guarded page', () => {
  test.each([
    ['will-frame-navigate', 'https://example.com/', 'navigation https://example.com/'],
    ['will-frame-navigate', 'app://studio/other.html', 'navigation app://studio/other.html'],
    ['will-redirect', 'https://example.com/', 'redirect https://example.com/'],
    ['will-attach-webview', '', 'webview '],
  ])('prevents %s to %s', (event, url, told) => {
    const contents = recordContents()
    expect([contents.emit(event, url), contents.refused]).toStrictEqual([true, [told]])
  })

  test('opens no window, and a link in the allow-list in the browser', () => {
    const contents = recordContents()
    const answers = ['https://arxiv.org/', 'https://example.com/', 'about:blank'].map((url) => contents.open(url))
    expect([answers, contents.opened, contents.refused]).toStrictEqual([
      [{ action: 'deny' }, { action: 'deny' }, { action: 'deny' }],
      ['https://arxiv.org/'],
      ['window https://example.com/', 'window about:blank'],
    ])
  })
})

describe('who may give commands', () => {
  const mainFrame: MessageSender['senderFrame'] = { url: 'app://studio/index.html', parent: null }
  const sender = (id: number, isGone = false) => ({ id, isDestroyed: () => isGone })

  test.each<[string, MessageSender, boolean]>([
    ['the main frame of a known window', { sender: sender(1), senderFrame: mainFrame }, true],
    ['an unknown window', { sender: sender(2), senderFrame: mainFrame }, false],
    ['a destroyed window', { sender: sender(1, true), senderFrame: mainFrame }, false],
    ['a frame that has gone', { sender: sender(1), senderFrame: null }, false],
    [
      'a frame inside the page',
      // Only its presence counts.
      { sender: sender(1), senderFrame: { url: 'app://studio/index.html', parent: mainFrame as never } },
      false,
    ],
    [
      'a page from elsewhere',
      { sender: sender(1), senderFrame: { url: 'https://studio/index.html', parent: null } },
      false,
    ],
    ['a page not loaded yet', { sender: sender(1), senderFrame: { url: '', parent: null } }, false],
  ])('%s: %s', (_who, event, expected) => {
    expect(isTrustedSender(event, new Set([1]))).toBe(expected)
  })
})
