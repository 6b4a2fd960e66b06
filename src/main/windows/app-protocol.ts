/**
 * `app://studio/`: the only origin a window ever shows. A scheme of our own instead of `file:` gives the page a real
 * origin, a content security policy as a response header and no way to read the disk beside the built renderer.
 */
import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import type { CustomScheme } from 'electron'

export const appScheme = 'app'
const appHost = 'studio'
export const appEntryUrl = `${appScheme}://${appHost}/index.html`

/** Must be registered before Electron is ready. `standard` gives an origin and relative URLs, `secure` a secure context. */
export const appSchemePrivileges: CustomScheme = {
  scheme: appScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
}

/** Everything is refused that the built renderer does not need; the inline and eval forms are nowhere allowed. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
  'cache-control': 'no-cache',
}

/** Kinds of file the built renderer consists of; any other name is not served. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** True for exactly `app://studio/...`. Node's `URL.origin` is `null` for schemes of one's own, hence by parts. */
export function isAppUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, username, password } = new URL(url)
  return protocol === `${appScheme}:` && host === appHost && username === '' && password === ''
}

/** Answers requests for files below `root`, for `protocol.handle`. Never rejects. */
export function createAppProtocol(root: string): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isAppUrl(request.url)) return refusal(404, 'No such host.')
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'Only GET.', { allow: 'GET, HEAD' })
    const segments = pathSegments(new URL(request.url).pathname)
    if (segments === undefined) return refusal(403, 'Not a path inside the studio.')
    const name = segments.length === 0 ? 'index.html' : join(...segments)
    const mediaType = mediaTypes[extname(name).toLowerCase()]
    if (mediaType === undefined) return refusal(404, 'No such file.')
    const body = await readInside(root, name)
    if (body === undefined) return refusal(404, 'No such file.')
    const headers = { ...securityHeaders, 'content-type': mediaType, 'content-length': String(body.byteLength) }
    return new Response(request.method === 'HEAD' ? null : body, { status: 200, headers })
  }
}

/** Decoded path segments, or undefined for anything that could name a place outside: `..`, separators, drives, NUL. */
function pathSegments(pathname: string): readonly string[] | undefined {
  const segments: string[] = []
  for (const encoded of pathname.split('/')) {
    if (encoded === '') continue
    let segment: string
    try {
      segment = decodeURIComponent(encoded)
    } catch {
      return undefined // a lone percent sign or invalid UTF-8
    }
    if (segment === '.' || segment === '..' || /[/\\:\0]/.test(segment)) return undefined
    segments.push(segment)
  }
  return segments
}

/** The file's bytes; undefined when it does not exist, is a folder, or is a link that leaves `root`. */
async function readInside(root: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const realRoot = await realpath(root)
    const realFile = await realpath(join(realRoot, name))
    if (!realFile.startsWith(realRoot + sep)) return undefined
    return new Uint8Array(await readFile(realFile))
  } catch {
    return undefined // absent, a folder or unreadable: the page gets 404 and shows its own error
  }
}

function refusal(status: number, reason: string, extra: Readonly<Record<string, string>> = {}): Response {
  return new Response(reason, {
    status,
    headers: { ...securityHeaders, ...extra, 'content-type': 'text/plain; charset=utf-8' },
  })
}
