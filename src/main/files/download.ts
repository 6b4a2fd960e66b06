/**
 * Fetches one known file over HTTP. What has come stays beside its place when the connection or the user ends it, and the
 * next attempt asks for the rest (RFC 9110, section 14). Nothing is taken for the file before its checksum is right.
 */
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import { storageError } from '#shared/basics/storage-errors.ts'
import type { Clock } from '../basics/clock.ts'
import { commitRename } from './atomic-write.ts'
import { md5OfFile } from './sha256.ts'

export interface Download {
  readonly url: string
  /** Where the whole file ends; `PATH.part` holds what has come so far. */
  readonly path: string
  readonly md5: string
  /** Nothing larger is taken, whatever the server says. */
  readonly maxBytes: number
  /** Ends it; what has come stays. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** `total` 0 = unknown. */
  onProgress(done: number, total: number): void
  readonly patience?: DownloadPatience
}

export interface DownloadPatience {
  /** Silence after which a connection counts as lost. */
  readonly stallMs: number
  /** Waits before a lost connection is made again; as many as there are. */
  readonly retryDelaysMs: readonly number[]
}

const defaultPatience: DownloadPatience = { stallMs: 30_000, retryDelaysMs: [1000, 5000, 15_000] }

/**
 * Puts the file to its place, or finds it there already. Errors: `download-failed`, `file-corrupt` for another content
 * than the known one (nothing of it is kept), `disk-full`, `cancelled`.
 */
export async function download(work: Download): Promise<void> {
  const { path, md5, signal } = work
  if (await hasContent(path, md5)) return
  await mkdir(dirname(path), { recursive: true })
  const part = `${path}.part`
  const before = await sizeOf(part)
  await fetchPatiently(work, part)
  if (!(await hasContent(part, md5))) {
    await rm(part, { force: true })
    // What was there from before may be of another version of the file: once more from the start.
    if (before === 0) throw corrupt(work)
    await fetchPatiently(work, part)
    if (!(await hasContent(part, md5))) {
      await rm(part, { force: true })
      throw corrupt(work)
    }
  }
  if (signal.aborted) throw cancelled()
  await commitRename(part, path)
}

/** A connection that was lost; anything else is not tried again. */
class ConnectionLost extends Error {}

async function fetchPatiently(work: Download, part: string): Promise<void> {
  const { signal, clock, patience = defaultPatience } = work
  for (const delayMs of [...patience.retryDelaysMs, undefined]) {
    try {
      return await fetchRest(work, part, patience.stallMs)
    } catch (cause) {
      if (signal.aborted) throw cancelled()
      if (!(cause instanceof ConnectionLost)) throw cause
      if (delayMs === undefined) throw failed(work, cause.message, cause)
      await delay(clock, delayMs, signal)
    }
  }
}

async function fetchRest(work: Download, part: string, stallMs: number): Promise<void> {
  const { url, signal, clock, maxBytes, onProgress } = work
  const have = await sizeOf(part)
  const stalled = new AbortController()
  let forget = clock.after(stallMs, () => stalled.abort())
  const heard = (): void => {
    forget()
    forget = clock.after(stallMs, () => stalled.abort())
  }
  try {
    const response = await request(work, have, AbortSignal.any([signal, stalled.signal]))
    // The server has nothing behind what is here: the checksum says whether that is the file.
    if (response.status === 416 && have > 0) return
    const start = startOf(work, response, have)
    const announced = Number(response.headers.get('content-length') ?? 0)
    const total = announced > 0 ? start + announced : 0
    if (total > maxBytes) throw failed(work, `it would be ${total} bytes, expected at most ${maxBytes}`)
    const file = await open(part, start > 0 ? 'a' : 'w')
    let done = start
    try {
      for await (const piece of piecesOf(response, stallMs)) {
        heard()
        done += piece.byteLength
        if (done > maxBytes) throw failed(work, `it is larger than ${maxBytes} bytes`)
        await file.write(piece)
        onProgress(done, total)
      }
    } catch (cause) {
      throw storageError(cause)?.code === 'disk-full' ? diskFull(part, cause) : cause
    } finally {
      await file.close()
    }
    if (done < total) throw new ConnectionLost(`the connection ended at byte ${done} of ${total}`)
  } catch (cause) {
    if (stalled.signal.aborted) throw new ConnectionLost(`${host(url)} said nothing for ${stallMs / 1000} s`)
    throw cause
  } finally {
    forget()
  }
}

async function request(work: Download, have: number, signal: AbortSignal): Promise<Response> {
  const range = have > 0 ? { range: `bytes=${have}-` } : {}
  let response: Response
  try {
    response = await fetch(work.url, { headers: { 'accept-encoding': 'identity', ...range }, signal })
  } catch (cause) {
    if (signal.aborted) throw cause
    const reason = reasonOf(cause)
    // Anything else means that the name is not known or nobody listens: the machine is offline, and waiting changes little.
    const isLost = /ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|UND_ERR/.test(reason)
    if (isLost) throw new ConnectionLost(`the connection to ${host(work.url)} failed (${reason})`)
    throw failed(work, `there is no connection to ${host(work.url)} (${reason})`, cause)
  }
  if (new URL(response.url).protocol !== new URL(work.url).protocol) {
    throw failed(work, `${host(work.url)} sent us to ${response.url}, which is not as safe`)
  }
  if (response.ok || response.status === 416) return response
  const answer = `${host(work.url)} answered ${response.status} ${response.statusText}`.trim()
  throw response.status >= 500 ? new ConnectionLost(answer) : failed(work, answer)
}

/** Where in the file the body begins: 0 when the server gives all of it, whatever was asked. */
function startOf(work: Download, response: Response, have: number): number {
  if (response.status !== 206) return 0
  const range = response.headers.get('content-range') ?? ''
  if (range.startsWith(`bytes ${have}-`)) return have
  throw failed(work, `asked for byte ${have} on, ${host(work.url)} gave "${range.slice(0, 60)}"`)
}

async function* piecesOf(response: Response, stallMs: number): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  try {
    for await (const piece of response.body) yield piece
  } catch (cause) {
    throw new ConnectionLost(`the connection was lost (${reasonOf(cause)}), or silent for ${stallMs / 1000} s`)
  }
}

function delay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = clock.after(delayMs, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    const stop = (): void => {
      forget()
      reject(cancelled())
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}

async function hasContent(path: string, md5: string): Promise<boolean> {
  return (await sizeOf(path)) > 0 && (await md5OfFile(path)) === md5
}

/** 0 for a file that is not there. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

function host(url: string): string {
  return new URL(url).host
}

/** `fetch` says "fetch failed"; what failed is in its cause. */
function reasonOf(thrown: unknown): string {
  const cause: unknown = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

function failed({ url, path }: Download, reason: string, cause?: unknown): AppException {
  return new AppException(
    {
      code: 'download-failed',
      message: `${url} could not be fetched: ${reason}.`,
      where: path,
      remedy:
        'Try again when there is a network: it goes on where it stopped. Or fetch the file elsewhere and import it.',
    },
    { cause },
  )
}

function corrupt({ url, path, md5 }: Download): AppException {
  return new AppException({
    code: 'file-corrupt',
    message: `What ${url} gave is not the known file: its MD5 is not ${md5}. Nothing of it was kept.`,
    where: path,
    remedy: 'Try again; if it stays so, fetch the file elsewhere and import it.',
  })
}

function diskFull(path: string, cause: unknown): AppException {
  return new AppException(
    {
      code: 'disk-full',
      message: 'The disk is full; what has been fetched stays.',
      where: path,
      remedy: 'Free some space on this disk, then try again.',
    },
    { cause },
  )
}

function cancelled(): AppException {
  return new AppException({ code: 'cancelled', message: 'Cancelled; what has been fetched stays for the next time.' })
}
