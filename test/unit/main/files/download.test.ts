/** Against a real HTTP server on this machine; there is no other in a test. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '#main/basics/clock.ts'
import { download, type Download } from '#main/files/download.ts'
import { Random } from '#shared/basics/random.ts'
import { serveFile, unansweredUrl, type FileServer } from '#test/support/file-server.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 60_000 })

const random = Random.fromSeed(6)
const content = Uint8Array.from({ length: 400_000 }, () => random.integer(256))
const md5 = createHash('md5').update(content).digest('hex')

function work(
  { url }: Pick<FileServer, 'url'>,
  changes: Partial<Download> = {},
): Download & { readonly shown: number[][] } {
  const shown: number[][] = []
  return {
    url,
    path: join(temporaryFolder(), 'downloads', 'archive.tar.gz'),
    md5,
    maxBytes: 500_000,
    signal: new AbortController().signal,
    clock: systemClock,
    onProgress: (done, total) => shown.push([done, total]),
    patience: { stallMs: 5000, retryDelaysMs: [1, 1] },
    shown,
    ...changes,
  }
}

/** What an earlier attempt has left. */
function withPart(wanted: Download, bytes: Uint8Array): void {
  mkdirSync(dirname(wanted.path), { recursive: true })
  writeFileSync(`${wanted.path}.part`, bytes)
}

const isWhole = ({ path }: Download): boolean => Buffer.from(content).equals(readFileSync(path))

describe('a download', () => {
  it('comes whole, with progress, and leaves nothing beside it', async () => {
    const wanted = work(await serveFile(content))
    await download(wanted)
    expect(isWhole(wanted)).toBe(true)
    expect(existsSync(`${wanted.path}.part`)).toBe(false)
    expect(wanted.shown.at(-1)).toEqual([content.byteLength, content.byteLength])
  })

  it('is not fetched again when it is here already', async () => {
    const server = await serveFile(content)
    const wanted = work(server)
    mkdirSync(dirname(wanted.path), { recursive: true })
    writeFileSync(wanted.path, content)
    await download(wanted)
    expect(server.ranges).toEqual([])
  })

  it('goes on from what an earlier attempt left', async () => {
    const server = await serveFile(content)
    const wanted = work(server)
    withPart(wanted, content.subarray(0, 150_000))
    await download(wanted)
    expect(isWhole(wanted)).toBe(true)
    expect(server.ranges).toEqual(['bytes=150000-'])
    expect(server.sentBytes()).toBe(250_000)
    expect(wanted.shown[0]?.[0]).toBeGreaterThan(150_000)
  })

  it('makes a lost connection again and goes on', async () => {
    const server = await serveFile(content, { silentAfter: 100_000, silentAnswers: 2 })
    // Cut when all that came is on the disk.
    const wanted = work(server, { onProgress: (done) => done < 300_000 && done % 100_000 === 0 && server.cut() })
    await download(wanted)
    expect(isWhole(wanted)).toBe(true)
    expect(server.ranges).toEqual(['', 'bytes=100000-', 'bytes=200000-'])
  })

  it('starts again where the server gives no parts, and where a part is all there is', async () => {
    const whole = await serveFile(content, { ignoresRanges: true })
    const first = work(whole)
    withPart(first, content.subarray(0, 150_000))
    await download(first)
    expect(isWhole(first)).toBe(true)

    const complete = await serveFile(content)
    const second = work(complete)
    withPart(second, content)
    await download(second)
    expect(complete.ranges).toEqual(['bytes=400000-'])
    expect(isWhole(second)).toBe(true)
  })

  it('throws away what was left of another version, once', async () => {
    const server = await serveFile(content)
    const wanted = work(server)
    withPart(wanted, new Uint8Array(150_000))
    await download(wanted)
    expect(isWhole(wanted)).toBe(true)
    expect(server.ranges).toEqual(['bytes=150000-', ''])
  })

  it('stays in part when it is cancelled, and goes on later', async () => {
    const server = await serveFile(content, { silentAfter: 120_000 })
    const stop = new AbortController()
    const wanted = work(server, { signal: stop.signal, onProgress: (done) => done >= 120_000 && stop.abort() })
    await expect(download(wanted)).rejects.toMatchObject({ code: 'cancelled' })
    expect(readFileSync(`${wanted.path}.part`)).toHaveLength(120_000)
    const again = await serveFile(content)
    await download({ ...wanted, ...work(again), path: wanted.path })
    expect(again.ranges).toEqual(['bytes=120000-'])
    expect(isWhole(wanted)).toBe(true)
  })
})

describe('a download that fails', () => {
  it('says so when nobody listens, without waiting', async () => {
    const patience = { stallMs: 5000, retryDelaysMs: [60_000] }
    const failure = download(work({ url: await unansweredUrl() }, { patience }))
    await expect(failure).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringMatching(/there is no connection to 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/),
      remedy: expect.stringMatching(/fetch the file elsewhere/),
    })
  })

  it.each([
    ['answers 404', { status: 404 }, 1, /answered 404 Not Found/],
    ['answers 503 for good', { status: 503 }, 3, /answered 503/],
    ['announces too much', { announced: 500_001 }, 1, /would be 500001 bytes/],
    ['falls silent', { silentAfter: 1000 }, 3, /said nothing|silent/],
  ] as const)('says so when the server %s', async (_what, behaviour, requests, message) => {
    const server = await serveFile(content, behaviour)
    const wanted = work(server, { patience: { stallMs: 200, retryDelaysMs: [1, 1] } })
    await expect(download(wanted)).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringMatching(message),
    })
    expect(server.ranges).toHaveLength(requests)
    expect(existsSync(wanted.path)).toBe(false)
  })

  it('keeps nothing of another file', async () => {
    const server = await serveFile(new Uint8Array(content).fill(0, 0, 1))
    const wanted = work(server)
    await expect(download(wanted)).rejects.toMatchObject({ code: 'file-corrupt', where: wanted.path })
    expect([existsSync(wanted.path), existsSync(`${wanted.path}.part`)]).toEqual([false, false])
  })
})
