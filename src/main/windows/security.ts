/**
 * What windows may not do, whatever runs in them: leave the studio's origin, open windows, load anything from elsewhere,
 * get a permission, download, attach a webview. Rules and their tests are listed in SECURITY.md.
 */
import type { Session, WebContents, WebFrameMain } from 'electron'
import { isAppUrl } from './app-protocol.ts'

/** Hosts a link in the studio may open in the user's browser. */
const externalHosts: readonly string[] = ['arxiv.org', 'github.com', 'onnxruntime.ai', 'www.cs.toronto.edu']

/** The URL when a link to it may be opened outside: https, default port, no credentials, host on the list; else undefined. */
export function externalUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const parsed = new URL(url)
  const isPlain = parsed.protocol === 'https:' && parsed.port === '' && parsed.username === '' && parsed.password === ''
  return isPlain && externalHosts.includes(parsed.hostname) ? parsed.href : undefined
}

/** The part of `Session` that is locked down. */
type GuardedSession = Pick<
  Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler' | 'webRequest' | 'on'
>

/** Denies every permission, every download and every request that is not the studio's own. */
export function guardSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => {
    answer(false)
  })
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isOwnRequest(details.url) })
  })
  session.on('will-download', (event) => {
    event.preventDefault()
  })
}

/** Developer tools load from `devtools:`; images drawn by the page itself are `data:` and `blob:`. */
function isOwnRequest(url: string): boolean {
  return isAppUrl(url) || /^(?:devtools|data|blob):/.test(url)
}

export interface ContentsGuardOptions {
  /** Opens an allowed link in the user's browser, e.g. `shell.openExternal`. */
  readonly openExternal: (url: string) => void
  /** Told of everything refused. */
  readonly onRefused: (what: string, url: string) => void
}

/** The part of `WebContents` that is locked down. */
type GuardedContents = Pick<WebContents, 'on' | 'setWindowOpenHandler'>

/** Denies navigation, redirects, new windows and webviews of one page. Links in the allow-list go to the browser. */
export function guardContents(contents: GuardedContents, options: ContentsGuardOptions): void {
  contents.on('will-frame-navigate', (event) => {
    event.preventDefault()
    options.onRefused('navigation', event.url)
  })
  contents.on('will-redirect', (event) => {
    event.preventDefault()
    options.onRefused('redirect', event.url)
  })
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
    options.onRefused('webview', '')
  })
  contents.setWindowOpenHandler(({ url }) => {
    const allowed = externalUrl(url)
    if (allowed === undefined) options.onRefused('window', url)
    else options.openExternal(allowed)
    return { action: 'deny' }
  })
}

/** Who sent an IPC message: the part of Electron's event that decides whether it is answered. */
export interface MessageSender {
  readonly sender: Pick<WebContents, 'id' | 'isDestroyed'>
  /** Null once the frame has navigated away or was destroyed. */
  readonly senderFrame: Pick<WebFrameMain, 'url' | 'parent'> | null
}

/**
 * True only for the main frame of a window the studio made, showing the studio's own origin.
 *
 * @param knownContents identifiers of the pages of open windows
 */
export function isTrustedSender(event: MessageSender, knownContents: ReadonlySet<number>): boolean {
  const { sender, senderFrame } = event
  if (sender.isDestroyed() || !knownContents.has(sender.id)) return false
  return senderFrame !== null && senderFrame.parent === null && isAppUrl(senderFrame.url)
}
