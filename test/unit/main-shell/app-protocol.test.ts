import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appSchemePrivileges, contentSecurityPolicy, createAppProtocol, isAppUrl } from '#main/windows/app-protocol.ts'

let parent: string
let ask: (url: string, method?: string) => Promise<Response>

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'app-protocol-'))
  const root = join(parent, 'renderer')
  await mkdir(join(root, 'assets'), { recursive: true })
  // Same beginning as the root: a comparison of bare prefixes would let it through.
  await mkdir(join(parent, 'renderer-secret'))
  await writeFile(join(parent, 'secret.js'), 'outside')
  await writeFile(join(parent, 'renderer-secret', 'a.js'), 'outside')
  await writeFile(join(root, 'index.html'), '<!doctype html>')
  await writeFile(join(root, 'assets', 'main file.js'), 'export {}')
  await writeFile(join(root, 'notes.txt'), 'not part of a page')
  await symlink(join(parent, 'secret.js'), join(root, 'link.js'))
  const answer = createAppProtocol(root)
  ask = (url, method = 'GET') => answer(new Request(url, { method }))
})
afterAll(() => rm(parent, { recursive: true }))

test('the root is the page, with its type and every security header', async () => {
  const response = await ask('app://studio/')
  expect(await response.text()).toBe('<!doctype html>')
  expect(Object.fromEntries(response.headers)).toStrictEqual({
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
    'cache-control': 'no-cache',
    'content-type': 'text/html; charset=utf-8',
    'content-length': '15',
  })
})

test('the scheme has these privileges and no other: none gets round the policy, none gives to other sites', () => {
  expect(appSchemePrivileges).toStrictEqual({
    scheme: 'app',
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  })
})

test('the content security policy equals this literal', () => {
  expect(contentSecurityPolicy).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
      "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
})

test('a file in a folder is found under its encoded name, query and fragment ignored', async () => {
  const response = await ask('app://studio/assets/main%20file.js?v=1#top')
  expect([response.status, response.headers.get('content-type'), await response.text()]).toStrictEqual([
    200,
    'text/javascript; charset=utf-8',
    'export {}',
  ])
})

test('HEAD tells the length and sends no body', async () => {
  const response = await ask('app://studio/index.html', 'HEAD')
  expect([response.status, response.headers.get('content-length'), await response.text()]).toStrictEqual([
    200,
    '15',
    '',
  ])
})

describe('what is refused', () => {
  test.each([
    ['encoded parent folder', 'app://studio/..%2fsecret.js', 403],
    ['parent folder encoded as a whole', 'app://studio/%2e%2e%2fsecret.js', 403],
    ['parent folder further down', 'app://studio/assets/..%2f..%2fsecret.js', 403],
    ['backslashes', 'app://studio/..%5csecret.js', 403],
    ['a drive', 'app://studio/C:%2fsecret.js', 403],
    ['a NUL', 'app://studio/index.html%00.js', 403],
    ['a lone percent sign', 'app://studio/%zz.js', 403],
    ['invalid UTF-8', 'app://studio/%ff.js', 403],
    ['an absolute path', 'app://studio/%2fetc%2fpasswd', 403],
    ['a sibling whose name begins alike', 'app://studio/..%2frenderer-secret%2fa.js', 403],
    ['a link that leads outside', 'app://studio/link.js', 404],
    ['a file that is not there', 'app://studio/none.js', 404],
    ['a folder', 'app://studio/assets', 404],
    ['a kind of file no page needs', 'app://studio/notes.txt', 404],
    ['another host', 'app://other/index.html', 404],
    ['a host that begins alike', 'app://studio.example/index.html', 404],
    ['a port', 'app://studio:80/index.html', 404],
  ])('%s: %s gives %i', async (_what, url, status) => {
    const response = await ask(url)
    expect([response.status, response.headers.get('content-security-policy')]).toStrictEqual([
      status,
      contentSecurityPolicy,
    ])
    expect(await response.text()).not.toContain('outside')
  })

  test('plain dots stay inside: the URL itself resolves them', async () => {
    expect((await ask('app://studio/../../index.html')).status).toBe(200)
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s gives 405 and says what is allowed', async (method) => {
    const response = await ask('app://studio/index.html', method)
    expect([response.status, response.headers.get('allow')]).toStrictEqual([405, 'GET, HEAD'])
  })
})

test.each([
  ['app://studio/index.html', true],
  ['app://studio', true],
  ['app://studio.example/', false],
  ['app://user@studio/', false],
  ['https://studio/', false],
  ['file:///index.html', false],
  ['app:studio', false],
  ['about:blank', false],
  ['', false],
])('%s belongs to the studio: %s', (url, expected) => {
  expect(isAppUrl(url)).toBe(expected)
})
